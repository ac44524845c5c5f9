import type { PrincipalElement } from './policy.ts';
import type { Caller, Identity, NamedPrincipal } from './principal.ts';
import { some, type Truth, truth } from './truth.ts';

/** Whether a statement's Principal or NotPrincipal element covers the caller. */
export function matchPrincipals({ element, named }: PrincipalElement, caller: Caller): Truth {
  return element === 'Principal'
    ? some(named.map(principal => matchPrincipal(principal, caller)))
    : outsideOf(named, caller);
}

/** IAM User Guide, "AWS JSON policy elements: Principal". */
export function matchPrincipal(principal: NamedPrincipal, caller: Caller): Truth {
  if (principal.kind === 'everyone') return 'yes';
  if (principal.kind === 'account') return truth(isOfAccount(principal, caller));
  if (principal.kind === 'identity') return matchIdentity(principal.identity, caller);
  return 'no';
}

/**
 * A caller is its account, its user or role, and its session at once, and NotPrincipal lets off only who is listed as
 * all of these; AWS says that a list with some of them "might" still deny (IAM User Guide, "AWS JSON policy elements:
 * NotPrincipal"), so that is unknown here.
 */
function outsideOf(named: readonly NamedPrincipal[], caller: Caller): Truth {
  if (named.some(({ kind }) => kind === 'everyone')) return 'no';
  const account = named.some(each => each.kind === 'account' && isOfAccount(each, caller));
  const identities = named.flatMap(each => (each.kind === 'identity' ? [each.identity] : []));
  const matches = identities.map(identity => ({ identity, match: matchIdentity(identity, caller) }));
  if (!account && matches.every(({ match }) => match === 'no')) return 'yes';
  const listed = (kind: Identity['kind']) =>
    matches.some(({ identity, match }) => identity.kind === kind && match === 'yes');
  const wholly =
    account &&
    (caller.kind === 'session' ? listed('session') && listed('role') : caller.kind === 'user' && listed('user'));
  return wholly ? 'no' : 'unknown';
}

function isOfAccount(account: { accountId: string; partition?: string }, caller: Caller): boolean {
  return account.accountId === caller.accountId && (account.partition ?? caller.partition) === caller.partition;
}

function matchIdentity(identity: Identity, caller: Caller): Truth {
  if (!isOfAccount(identity, caller)) return 'no';
  // Some identity of the account: it may be this one.
  if (caller.kind === 'account') return 'unknown';
  if (identity.arn === caller.arn) return 'yes';
  // A session's ARN leaves out the role's path; a role's name is unique in its account whatever the path.
  if (caller.kind === 'session' && identity.kind === 'role') return truth(identity.name === caller.name);
  // Of a role we do not know the name of the session that it will call from.
  if (caller.kind === 'role' && identity.kind === 'session') return identity.name === caller.name ? 'unknown' : 'no';
  return 'no';
}
