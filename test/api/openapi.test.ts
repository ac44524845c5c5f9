import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { ROUTE_NAMES } from '../../src/api/contract.ts';
import { NOBODY, send, testApi } from './test-api.ts';

test('the API describes itself in OpenAPI 3.1, every route once', async () => {
  const api = await testApi();
  const { status, body } = await send(api, NOBODY, { path: '/api/v1/openapi.json' });
  expect(status).toBe(200);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(body));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(validator.version).toBe('3.1');
  const operations = Object.values(body.paths).flatMap(path => Object.values(Object(path)));
  expect(operations.map(operation => Object(operation).operationId).sort()).toEqual([...ROUTE_NAMES].sort());
  expect(danglingReferences(body)).toEqual([]);
});

function danglingReferences(document: Record<string, never>): string[] {
  const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
  return [...references].flatMap(([, reference = '']) => {
    const target = reference
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((part, key) => Object(part)[key], document);
    return target === undefined ? [reference] : [];
  });
}
