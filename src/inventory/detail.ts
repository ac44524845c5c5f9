import { ok, type Result } from '../domain/result.ts';
import type { AwsCalls, Detail } from './define.ts';
import { actionOf, type InputOf, type OperationOf, type OutputOf, type ServiceName } from './services.ts';

interface DetailOptions<Item> {
  /** The IAM action, where it is not named as the operation. */
  readonly action?: string;
  /** Whether an earlier detail gave what this one needs; else it is unread for the same reason as that one. */
  readonly ready?: (item: Item) => boolean;
}

/** A call for one item at a time, such as the policy of a bucket. */
export function detail<Service extends ServiceName, Operation extends OperationOf<Service>, Item>(
  service: Service,
  operation: Operation,
  how: DetailOptions<Item> & {
    readonly fields: readonly (keyof Item & string)[] | '*';
    readonly input: (item: Item) => InputOf<Service, Operation>;
    readonly value: (answer: OutputOf<Service, Operation>, item: Item) => Partial<Item>;
    /** What "not found" means: that the item is not there any more (default), or that it has no such thing: then these. */
    readonly notFound?: 'gone' | Partial<Item>;
    /** Where the item is, if not in the region that is being read. */
    readonly region?: (item: Item) => string | undefined;
  },
): Detail<Item> {
  const { fields, input, value, notFound = 'gone', action = actionOf(service, operation) } = how;
  return {
    operation,
    action,
    fields: fields === '*' ? ['*'] : fields,
    batchMax: 1,
    ready: how.ready ?? (() => true),
    async read(calls, [item]) {
      if (item === undefined) return ok([]);
      const answer = await calls(service, operation, input(item), { action, region: how.region?.(item) });
      if (answer.ok) return ok([value(answer.value, item)]);
      if (answer.fault.code === 'aws-not-configured') return ok([{}]);
      if (answer.fault.code === 'aws-not-found') return ok([notFound]);
      return answer;
    },
  };
}

/** A call for several items at a time, such as the tags of twenty load balancers. */
export function batchDetail<Service extends ServiceName, Operation extends OperationOf<Service>, Item>(
  service: Service,
  operation: Operation,
  how: DetailOptions<Item> & {
    readonly fields: readonly (keyof Item & string)[] | '*';
    /** AWS's own limit. */
    readonly batchMax: number;
    readonly input: (items: readonly Item[]) => InputOf<Service, Operation>;
    /** The fields of one of the items; undefined when the answer does not have it. */
    readonly value: (answer: OutputOf<Service, Operation>, item: Item) => Partial<Item> | undefined;
  },
): Detail<Item> {
  const { fields, batchMax, input, value, action = actionOf(service, operation) } = how;
  const read = async (calls: AwsCalls, items: readonly Item[]): Promise<Result<(Partial<Item> | 'gone')[]>> => {
    const answer = await calls(service, operation, input(items), { action });
    if (answer.ok) return ok(items.map(item => value(answer.value, item) ?? 'gone'));
    if (answer.fault.code !== 'aws-not-found') return answer;
    if (items.length === 1) return ok(['gone']);
    // One that vanished takes its batch along; which one it was, AWS says only in words.
    const middle = Math.ceil(items.length / 2);
    const first = await read(calls, items.slice(0, middle));
    if (!first.ok) return first;
    const second = await read(calls, items.slice(middle));
    return second.ok ? ok([...first.value, ...second.value]) : second;
  };
  return {
    operation,
    action,
    fields: fields === '*' ? ['*'] : fields,
    batchMax,
    ready: how.ready ?? (() => true),
    read,
  };
}
