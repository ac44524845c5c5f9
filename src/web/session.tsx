import { createContext, type ReactNode, useContext } from 'react';
import type { ReplyOf } from '../api/contract.ts';
import { roleSuffices } from '../domain/role.ts';

type Session = ReplyOf<'getSession'>;

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Who is signed in. Only for what is drawn inside the application's shell, where somebody always is. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is for pages inside the shell');
  return session;
}

/**
 * Whether the signed-in user may do what needs `access`: null when allowed, else the sentence that a disabled button
 * shows. The server decides again; this only spares people a refusal.
 */
export function useWhyNot(access: 'operator' | 'administrator'): string | null {
  const { user } = useSession();
  if (roleSuffices(user.role, access)) return null;
  return access === 'administrator'
    ? `Only administrators can do this; you are signed in as ${user.role}.`
    : `Only operators and administrators can do this; you are signed in as ${user.role}.`;
}
