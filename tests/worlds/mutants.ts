export const tryMutants = async (_only: string): Promise<boolean> => false
