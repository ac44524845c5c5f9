import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { parseTrustPolicy } from '../../src/trust/parse-policy.ts';
import { readAssumeRequest } from '../../src/trust/request.ts';

/**
 * One file per claim, named after it: cases/AREA/CLAIM.json. A claim about IAM's semantics is written down here first,
 * from AWS's documentation.
 */
const Decision = z.strictObject({
  policy: z.unknown(),
  request: z.strictObject({
    roleArn: z.string(),
    principalArn: z.string(),
    externalId: z.string().exactOptional(),
    context: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])).exactOptional(),
  }),
  expected: z.strictObject({
    decision: z.enum(['allowed', 'denied', 'cannot-tell']),
    /** Of the deciding statement, counted from 0. */
    statement: z.number().optional(),
    sid: z.string().optional(),
    /** The key of the deciding condition. */
    condition: z.string().optional(),
    /** Stands somewhere in the reason. */
    says: z.string().optional(),
    because: z.string().optional(),
  }),
});

const Malformed = z.strictObject({
  policy: z.unknown(),
  /** Each stands somewhere in the fault's sentence. */
  expected: z.strictObject({ fault: z.array(z.string()) }),
});

const ROOT = path.join(import.meta.dirname, 'cases');
const CASES = globSync('*/*.json', { cwd: ROOT }).sort();

function readCase(file: string): unknown {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
}

describe('a trust policy', () => {
  it('has at least 150 claims', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(150);
  });

  it.each(CASES.filter(file => !file.startsWith('malformed')))('%s', file => {
    const { policy, request, expected } = Decision.parse(readCase(file));
    const parsed = parseTrustPolicy(policy);
    const read = readAssumeRequest(request);
    if (!parsed.ok || !read.ok) return expect.fail(JSON.stringify([parsed, read]));
    const decision = evaluateTrust(parsed.value, read.value);
    expect(decision.decision, decision.because).toBe(expected.decision);
    if (expected.statement !== undefined) expect(decision.statement?.index).toBe(expected.statement);
    if (expected.sid !== undefined) expect(decision.statement?.sid).toBe(expected.sid);
    if (expected.condition !== undefined) expect(decision.condition?.key).toBe(expected.condition);
    if (expected.says !== undefined) expect(decision.because).toContain(expected.says);
    if (expected.because !== undefined) expect(decision.because).toBe(expected.because);
  });

  it('says the same as text and as a value', () => {
    for (const file of CASES.filter(file => !file.startsWith('malformed'))) {
      const { policy } = Decision.parse(readCase(file));
      const [asValue, asText] = [parseTrustPolicy(policy), parseTrustPolicy(JSON.stringify(policy, null, 4))];
      if (!asValue.ok || !asText.ok) return expect.fail(file);
      expect(asText.value.statements).toEqual(asValue.value.statements);
      expect(asText.value.sizeChars).toBe(asValue.value.sizeChars);
    }
  });

  it.each(CASES.filter(file => file.startsWith('malformed')))('%s is refused, and the place is named', file => {
    const { policy, expected } = Malformed.parse(readCase(file));
    const parsed = parseTrustPolicy(policy);
    if (parsed.ok) return expect.fail('it was accepted');
    expect(parsed.fault.code).toBe('malformed-policy');
    for (const part of expected.fault) expect(parsed.fault.detail).toContain(part);
  });
});
