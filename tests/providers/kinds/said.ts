/** Why a kind can't occur: sentences that hold for several providers. */

export const noJobs = 'Its deletions are answered at once: there is no job to ask.'
export const noSignature = 'Its requests carry a token, which no clock of ours goes into.'
export const onePlace = 'Its address alone says which place is meant: no answer names another one.'
export const noWords = 'No id is a word there: only letters, digits and dashes of a fixed form are taken for one.'
export const verbatim = 'Its ids stand in JSON as they are, and nothing reads words into them.'
export const noCheck = 'Its ids have no part that repeats another one.'
