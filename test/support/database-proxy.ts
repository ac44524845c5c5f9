import { connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL server that can break at a chosen write. */
export interface DatabaseProxy extends AsyncDisposable {
  /** For clients; the user, the database and the rest are the server's. */
  readonly connectionString: string;
  /** How many writes have gone through since the start or the last `breakAt`. */
  writes(): number;
  /**
   * Breaks the connection at write number `nth` from now on (the first is 1), once: `before` it reaches the server, or
   * `after` it, instead of its answer.
   */
  breakAt(nth: number, when: 'before' | 'after'): void;
  /** Ends every connection and refuses new ones until `back`, as a server that is down. */
  away(): void;
  back(): void;
  /** Lets nothing through in either direction until `flow`, and ends nothing, as a network that is split. */
  stall(): void;
  flow(): void;
}

/**
 * @param marks what a message of a client has in it that makes something durable: "commit", or the text of a statement
 * that is no part of a transaction
 */
export async function startDatabaseProxy({
  connectionString,
  marks = [],
}: {
  connectionString: string;
  marks?: readonly RegExp[];
}): Promise<DatabaseProxy> {
  const target = new URL(connectionString);
  const socketDirectory = target.searchParams.get('host');
  const server = { port: Number(target.port || 5432), host: target.hostname };
  let writes = 0;
  let plan: { nth: number; when: 'before' | 'after' } | undefined;
  let isAway = false;
  let isStalled = false;
  const sockets = new Set<Socket>();

  const listener = createServer(client => {
    if (isAway) return void client.destroy();
    const upstream = socketDirectory?.startsWith('/')
      ? connect(`${socketDirectory}/.s.PGSQL.${target.searchParams.get('port') ?? server.port}`)
      : connect(server.port, server.host);
    const cut = tie([client, upstream], sockets);
    if (isStalled) for (const socket of [client, upstream]) socket.pause();
    let cutAtAnswer = false;
    client.on('data', chunk => {
      if (marks.some(mark => mark.test(chunk.toString('latin1')))) {
        writes += 1;
        if (plan?.nth === writes) {
          const { when } = plan;
          plan = undefined;
          if (when === 'before') return cut();
          cutAtAnswer = true;
        }
      }
      upstream.write(chunk);
    });
    upstream.on('data', chunk => {
      if (cutAtAnswer) cut();
      else client.write(chunk);
    });
  });
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP address');
  const own = new URL(connectionString);
  own.hostname = '127.0.0.1';
  own.port = String(address.port);
  for (const name of ['host', 'port']) own.searchParams.delete(name);
  return {
    connectionString: own.href,
    writes: () => writes,
    breakAt(nth, when) {
      writes = 0;
      plan = { nth, when };
    },
    away() {
      isAway = true;
      for (const socket of sockets) socket.destroy();
    },
    back() {
      isAway = false;
    },
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    flow() {
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => listener.close(resolve));
    },
  };
}

/** Makes both sockets end together, and keeps them in `all` until then. Answers what ends them. */
function tie(pair: readonly Socket[], all: Set<Socket>): () => void {
  const cut = () => {
    for (const socket of pair) socket.destroy();
  };
  for (const socket of pair) {
    all.add(socket);
    socket.on('close', () => {
      all.delete(socket);
      cut();
    });
    socket.on('error', cut);
  }
  return cut;
}
