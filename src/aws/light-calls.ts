import { getSchemaSerdePlugin } from '@smithy/core/schema';
import { keepOrder } from './kept-order.ts';

/**
 * Makes the calls of a client cheaper that makes most of them, without changing what they do: its middleware is in an order
 * that is found once (`keepOrder`), without what has no effect here, and reads settings that are quick to copy.
 */
export function lightenCalls(client: object): void {
  copySettings(client);
  keepOrder(client, WITHOUT_EFFECT);
}

/**
 * Retries are ours (call.ts), and the clients have one try. Nothing is logged by the SDK, and a trace of calls that call
 * each other is AWS Lambda's.
 */
const WITHOUT_EFFECT: ReadonlySet<unknown> = new Set([
  'retryMiddleware',
  'loggerMiddleware',
  'recursionDetectionMiddleware',
]);

/**
 * Three of a client's middlewares copy all of its settings for each call, and as the SDK leaves them, changed many times,
 * that takes eight times as long as of a copy. The clock that the SDK corrects stays the one in the settings of old, which
 * the signing middleware has.
 */
function copySettings(client: object): void {
  const settings: unknown = Reflect.get(client, 'config');
  const stack: unknown = Reflect.get(client, 'middlewareStack');
  if (typeof settings !== 'object' || settings === null) throw new Error('the SDK’s client has no settings');
  const copy = { ...settings };
  if (!isSerdeSettings(copy) || !isStack(stack)) throw new Error('the SDK’s client does not read by schemas');
  Reflect.set(client, 'config', copy);
  stack.use(getSchemaSerdePlugin(copy));
}

type SerdeSettings = Parameters<typeof getSchemaSerdePlugin>[0];

function isSerdeSettings(settings: object): settings is SerdeSettings {
  return 'protocol' in settings && 'urlParser' in settings && 'streamCollector' in settings;
}

function isStack(value: unknown): value is { use(plugin: object): void } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'use') === 'function';
}
