/** What a user or token may do, from least to most; each may do everything that the ones before it may. */
export const ROLES = ['reader', 'operator', 'administrator'] as const;

export type Role = (typeof ROLES)[number];

/** Whether `role` is at least `needed`. */
export function roleSuffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function lesserRole(one: Role, other: Role): Role {
  return roleSuffices(one, other) ? other : one;
}
