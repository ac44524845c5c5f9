import { constructStack } from '@smithy/core/client';

/**
 * Lets a client find out once for each operation in which order its middleware runs, and not for each call, for which the
 * SDK copies and sorts all of it: a tenth of what a small call costs. The order is the same for all calls of an operation.
 *
 * All else is the call's own, its context above all, which says whose credentials sign. The SDK's `cacheMiddleware` keeps
 * that of the first call, and one session would sign for another. Middleware whose names are in `without` is left out.
 */
export function keepOrder(client: object, without: ReadonlySet<unknown> = new Set()): void {
  const stock: unknown = Reflect.get(client, 'middlewareStack');
  if (!isStack(stock)) throw new Error('the SDK’s client has no middleware');
  const orders = new Map<string, readonly Middleware[]>();
  const concat = (ofCommand: Stack) => ({
    resolve(handler: Handler, context: { readonly commandName: string }): Handler {
      const known = orders.get(context.commandName);
      const order = known ?? orderOf(stock.concat(ofCommand), without);
      if (!known) orders.set(context.commandName, order);
      return order.reduce((next, middleware) => middleware(next, context), handler);
    },
  });
  Reflect.set(client, 'middlewareStack', Object.assign(Object.create(stock), { concat }));
}

/** What a command does with its client's stack, which it adds its own to; the SDK's types are one for each step. */
interface Stack {
  concat(from: Stack): Stack;
  add(middleware: Middleware, options: object): void;
  addRelativeTo(middleware: Middleware, options: object): void;
  applyToStack(to: Pick<Stack, 'add' | 'addRelativeTo'>): void;
  resolve(handler: Handler, context: object): Handler;
}

type Handler = (call: object) => Promise<unknown>;
type Middleware = (next: Handler, context: object) => Handler;

/** From the one next to the handler outwards: put into a stack that notes whom it asks, and asked. */
function orderOf(stack: Stack, without: ReadonlySet<unknown>): Middleware[] {
  const order: Middleware[] = [];
  const noting = (noted: Middleware, options: object) => (next: Handler) => {
    if (!without.has(Reflect.get(options, 'name'))) order.push(noted);
    return next;
  };
  const copy: unknown = constructStack();
  if (!isStack(copy)) throw new Error('the SDK makes no stack of middleware');
  // The options have the middleware, too.
  stack.applyToStack({
    add: (one, options) => copy.add(noting(one, options), { ...options, middleware: noting(one, options) }),
    addRelativeTo: (one, options) =>
      copy.addRelativeTo(noting(one, options), { ...options, middleware: noting(one, options) }),
  });
  copy.resolve(async () => undefined, {});
  return order;
}

function isStack(value: unknown): value is Stack {
  if (typeof value !== 'object' || value === null) return false;
  return ['concat', 'add', 'addRelativeTo', 'applyToStack', 'resolve'].every(
    name => typeof Reflect.get(value, name) === 'function',
  );
}
