/** A compiler setting older than `exports`: the main entry is all it finds. */
import { avePointOpus, type BulkRecordProvider, datoCms, deleteRecords, type Report, uuidList } from 'expunge'

export const providers: ReadonlyArray<BulkRecordProvider> = [
  avePointOpus({ region: 'we', token: 't' }),
  datoCms({ apiToken: 't' }),
  uuidList({ baseUrl: 'https://acme.example.com', object: 'io_showcase', token: 't' }),
]
export const run = (provider: BulkRecordProvider): Promise<Report> => deleteRecords(provider, ['1'])
