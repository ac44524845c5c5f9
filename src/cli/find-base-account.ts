import type { ReplyOf } from '../api/contract.ts';
import { EXIT, type Outcome, refuse } from './outcome.ts';
import type { Session } from './run-command.ts';

export type BaseAccount = ReplyOf<'getBaseAccount'>;

/** Does something with a base account that the user has named by id, title, account ID or account type. */
export async function withBaseAccount(
  session: Session,
  named: string,
  work: (session: Session, account: BaseAccount) => Promise<Outcome>,
): Promise<Outcome> {
  const page = await session.client.call('listBaseAccounts', { query: {} });
  if (!page.ok) return page;
  const wanted = named.toLowerCase();
  const found = page.value.items.find(({ id, title, accountId, accountType }) =>
    [id, title.toLowerCase(), accountId, accountType].includes(wanted),
  );
  if (found) return await work(session, found);
  return refuse({
    exitCode: EXIT.notFound,
    title: 'Not found',
    detail: `There is no base account "${named}".`,
    remedy: 'See "causeway base-accounts list".',
  });
}
