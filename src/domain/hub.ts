/** The principal that a connector is reached through. */
export interface Hub {
  readonly kind: 'base-account' | 'platform-account';
  readonly accountId: string;
}

export function sameHub(a: Hub | null, b: Hub | null): boolean {
  return a?.kind === b?.kind && a?.accountId === b?.accountId;
}

/** The hub's name in a sentence, such as "base account 111122223333". */
export function hubInWords(hub: Hub): string {
  return `${hub.kind === 'base-account' ? 'base account' : 'platform account'} ${hub.accountId}`;
}
