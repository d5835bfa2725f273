/** Values beside a plan: all its subjects in order; and for a target, whose its shared records are besides. */
export const subjectsName = 'subjects'
export const sharedName = 'shared-subjects'
