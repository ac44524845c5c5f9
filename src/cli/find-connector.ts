import type { ReplyOf } from '../api/contract.ts';
import { EXIT, type Outcome, refuse } from './outcome.ts';
import type { Session } from './run-command.ts';

type Connector = ReplyOf<'getConnector'>;

/** A connector by its id, or by its name or role ARN if only one has it. */
export async function findConnector({ client }: Session, named: string): Promise<Outcome<Connector>> {
  if (UUID.test(named)) return client.call('getConnector', { params: { id: named.toLowerCase() } });
  const page = await client.call('listConnectors', { query: { search: named, limit: 1_000 } });
  if (!page.ok) return page;
  const wanted = named.toLowerCase();
  const found = page.value.items.filter(
    ({ name, roleArn }) => name.toLowerCase() === wanted || roleArn.toLowerCase() === wanted,
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return { ok: true, value: only };
  return refuse({
    exitCode: EXIT.notFound,
    title: 'Not found',
    detail: only ? `${found.length} connectors are called "${named}".` : `There is no connector "${named}".`,
    remedy: only ? `Use an id: ${found.map(({ id }) => id).join(', ')}.` : 'See "causeway connectors list".',
  });
}

/** Does something with a connector that the user has named. */
export async function withConnector(
  session: Session,
  named: string,
  work: (session: Session, connector: Connector) => Promise<Outcome>,
): Promise<Outcome> {
  const found = await findConnector(session, named);
  return found.ok ? work(session, found.value) : found;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
