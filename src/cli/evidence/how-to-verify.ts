import type { Destruction } from './statement.ts'

/** `VERIFY.md`: how to check a certificate with tools that everybody has. */
export const howToVerify = ({ issuer, serial, signers, log, outcomes }: Omit<Destruction, 'files'>): string => {
  const [signer] = signers
  const isEd25519 = signer?.algorithm === 'Ed25519'
  return `# How to check this certificate

Certificate ${serial} of ${issuer.organisation.replaceAll(/[\p{Cc}]/gu, ' ')}. Nothing here needs the program that has made it: \`openssl\` 3, \`jq\`, \`python3\` and \`gzip\` will do.
Run the commands in the folder of these files.

## 1. Whose keys

A signature says something only if you know whose key it is. Ask ${issuer.organisation.replaceAll(/[\p{Cc}]/gu, ' ')} for these by another way, and compare:

- the statement is signed by this key (its id is \`${signer?.keyid}\`):

\`\`\`sh
cat > signer.pem <<'PEM'
${signer?.publicKey.trim()}
PEM
\`\`\`

- the checkpoint is signed by this key, as C2SP writes keys of logs: \`${log.vkey}\`

## 2. The statement is signed

\`\`\`sh
python3 - <<'PY'
import base64, json
envelope = json.load(open('certificate.dsse.json'))
payload = base64.b64decode(envelope['payload'])
kind = envelope['payloadType'].encode()
open('signed', 'wb').write(b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload))
open('signature', 'wb').write(base64.b64decode(envelope['signatures'][0]['sig']))
open('statement.json', 'wb').write(payload)
PY
${
  isEd25519
    ? 'openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in signed -sigfile signature'
    : 'openssl dgst -sha256 -verify signer.pem -signature signature signed'
}
\`\`\`

## 3. The files are those of the statement

\`\`\`sh
jq -r '.predicate.files | to_entries[] | .value + "  " + .key' statement.json | sha256sum --check
\`\`\`

## 4. The outcomes lead to the root, are sorted, and come to the totals

\`\`\`sh
python3 - <<'PY'
import base64, collections, gzip, hashlib, json
stack, size, before, totals = [], 0, '', collections.Counter()
for line in gzip.open('${outcomes.file}', 'rb'):
    line = line.rstrip(b'\\n')
    said = json.loads(line)
    assert said['pseudonym'] >= before, 'not sorted'
    before = said['pseudonym']
    totals[said['outcome']] += 1
    node, level = hashlib.sha256(b'\\0' + line).digest(), 0
    while stack and stack[-1][0] == level:
        node, level = hashlib.sha256(b'\\1' + stack.pop()[1] + node).digest(), level + 1
    stack.append((level, node))
    size += 1
root = stack.pop()[1] if stack else hashlib.sha256(b'').digest()
while stack:
    root = hashlib.sha256(b'\\1' + stack.pop()[1] + root).digest()
statement = json.load(open('statement.json'))
assert root.hex() == statement['subject'][1]['digest']['sha256'], 'another root'
assert {k: v for k, v in statement['predicate']['totals'].items() if v} == dict(totals), 'other totals'
origin, count, checkpoint = open('checkpoint').read().split('\\n')[:3]
assert int(count) == size and base64.b64decode(checkpoint) == root, 'another checkpoint'
print('OK', size, root.hex())
PY
\`\`\`

## 5. The checkpoint is signed

\`\`\`sh
python3 - <<'PY'
import base64
text, signatures = open('checkpoint', encoding='utf-8').read().rsplit('\\n\\n', 1)
open('checkpoint.signed', 'wb').write((text + '\\n').encode())
open('checkpoint.signature', 'wb').write(base64.b64decode(signatures.split('\\n')[0].split(' ')[2])[4:])
key = base64.b64decode('${log.vkey.split('+').slice(2).join('+')}')[1:]
open('log.der', 'wb').write(bytes.fromhex('302a300506032b6570032100') + key)
PY
openssl pkeyutl -verify -pubin -inkey log.der -keyform DER -rawin -in checkpoint.signed -sigfile checkpoint.signature
\`\`\`

## 6. One record

Whoever has the key of the pseudonyms can tell the line of a record: its \`pseudonym\` is HMAC-SHA256, with the 32 bytes of the key,
over the key of its place (\`predicate.targets[].place.key\`), a zero byte, and the id. Without that key nobody can. A proof of one
record (\`c2sp.org/tlog-proof\`) is checked with the checkpoint alone: any implementation of that format will do.

Where there is a \`timestamp.tsr\`: \`openssl ts -verify -data certificate.dsse.json -in timestamp.tsr -CAfile CA-OF-THE-AUTHORITY.pem\`
`
}
