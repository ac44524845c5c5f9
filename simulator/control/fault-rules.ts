import { fault } from '../../src/domain/faults.ts';
import { failed, ok, type Result } from '../../src/domain/result.ts';
import { DENIERS, type FaultEffect, type FaultRule } from '../faults.ts';
import { type ControlAnswer, type ControlCall, done, found, refused } from './answers.ts';
import { type Fields, parseBody, readFields } from './fields.ts';

export function listFaults({ simulation: { faults } }: ControlCall): ControlAnswer {
  return found({ items: faults.rules() });
}

/** PUT {match?, effect, from?, to?, times?, probability?}: adds the rule, or replaces the one with this id. */
export function putFault({ simulation: { faults }, request, values }: ControlCall): ControlAnswer {
  const rule = readRule(parseBody(request.body), values.id);
  if (!rule.ok) return refused(rule.fault);
  faults.put(rule.value);
  return found(rule.value);
}

/** PUT {rules: [{id, …}]}: replaces the whole script. */
export function putFaults({ simulation: { faults }, request }: ControlCall): ControlAnswer {
  const fields = parseBody(request.body);
  const given = fields.optionalJson('rules');
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  if (!Array.isArray(given)) return refused(fault('missing-field', 'rules must be a list.', { field: 'rules' }));
  const rules: FaultRule[] = [];
  for (const [i, value] of given.entries()) {
    const rule = readRule(readFields(value, `rules[${i}].`));
    if (!rule.ok) return refused(rule.fault);
    rules.push(rule.value);
  }
  faults.clear();
  for (const rule of rules) faults.put(rule);
  return found({ items: rules });
}

export function deleteFault({ simulation: { faults }, values }: ControlCall): ControlAnswer {
  const id = values.id ?? '';
  return faults.remove(id) ? done() : refused(fault('not-found', `There is no fault rule ${id}.`));
}

export function deleteFaults({ simulation: { faults } }: ControlCall): ControlAnswer {
  faults.clear();
  return done();
}

const KINDS = [
  'deny',
  'session-limit',
  'expired-token',
  'throttle',
  'server-error',
  'region-off',
  'hang',
  'drop',
  'truncate',
  'drop-answer',
  'empty-page',
  'repeat-token',
  'slow',
] as const satisfies FaultEffect['kind'][];

const COUNT = { min: 1, max: 1_000_000_000, whole: true };

/** `id` out of the path, else the rule has its own. */
function readRule(fields: Fields, id = fields.text('id')): Result<FaultRule> {
  const match = fields.optionalObject('match');
  const patterns = (['accountId', 'region', 'service', 'operation', 'resource'] as const).flatMap(name => {
    const pattern = match?.optionalText(name);
    return pattern === undefined ? [] : [[name, pattern] as const];
  });
  const effect = readEffect(fields.optionalObject('effect') ?? readFields({}, 'effect.'));
  const numbers = {
    from: fields.optionalNumber('from', COUNT),
    to: fields.optionalNumber('to', COUNT),
    times: fields.optionalNumber('times', COUNT),
    probability: fields.optionalNumber('probability', { min: 0, max: 1, whole: false }),
  };
  const wrong = fields.end();
  if (wrong) return failed(wrong);
  if (!effect.ok) return effect;
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return ok({ id, match: Object.fromEntries(patterns), effect: effect.value, ...Object.fromEntries(given) });
}

function readEffect(fields: Fields): Result<FaultEffect> {
  const effect = effectOf(fields);
  const wrong = fields.end();
  return wrong ? failed(wrong) : ok(effect);
}

function effectOf(fields: Fields): FaultEffect {
  const kind = fields.oneOf('kind', KINDS);
  switch (kind) {
    case 'deny':
      return { kind, by: fields.optionalOneOf('by', DENIERS) ?? 'identity' };
    case 'session-limit':
      return { kind, limit: fields.optionalOneOf('limit', ['role-chaining', 'role-maximum']) ?? 'role-maximum' };
    case 'server-error':
      return { kind, error: fields.optionalOneOf('error', ['internal', 'unavailable']) ?? 'internal' };
    case 'slow':
      return { kind, delayMs: fields.optionalNumber('delayMs', { min: 0, max: 600_000, whole: false }) ?? 1_000 };
    default:
      return { kind };
  }
}
