import type { PeopleDeps } from '../../accounts/callers.ts';
import { changeOwnPassword, signIn, signOut } from '../../accounts/sign-in.ts';
import { ok } from '../../domain/result.ts';
import { type Handlers, sessionOf } from '../routes.ts';
import { wireUser } from './users.ts';

export function sessionRoutes(
  deps: PeopleDeps,
): Pick<Handlers, 'signIn' | 'getSession' | 'signOut' | 'changeOwnPassword'> {
  return {
    async signIn({ body }, call) {
      const signedIn = await signIn(deps, { ...body, address: call.address });
      if (!signedIn.ok) return signedIn;
      call.setSession(signedIn.value);
      return ok({ user: wireUser(signedIn.value.user), csrfToken: signedIn.value.csrfToken });
    },
    async getSession(_input, call) {
      const { user, csrfToken } = sessionOf(call);
      return ok({ user: wireUser(user), csrfToken });
    },
    async signOut(_input, call) {
      await signOut(deps, sessionOf(call));
      call.setSession(null);
      return ok(undefined);
    },
    async changeOwnPassword({ body }, call) {
      return await changeOwnPassword(deps, { ...body, caller: sessionOf(call), address: call.address });
    },
  };
}
