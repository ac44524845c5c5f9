import type { StaticOperationSchema } from '@smithy/types';
import type { WireRequest } from './protocol.ts';
import { operationShape } from './shape.ts';

/** Which operation a REST request means, and what its path names. */
export interface RestRoutes {
  find(request: WireRequest): { operation: string; labels: ReadonlyMap<string, string> } | undefined;
}

interface Route {
  operation: string;
  method: string;
  segments: readonly string[];
  /** Parameters that must be there, with their value where the model fixes one. */
  fixed: readonly (readonly [name: string, value: string])[];
}

/**
 * The routes of a service, from the schemas of its SDK client. Where several fit, the one with more fixed parameters is
 * meant. With `bucketFirst`, as for S3, a path begins with a bucket, which the model's paths leave out.
 */
export function restRoutes(
  schemas: readonly StaticOperationSchema[],
  { bucketFirst = false }: { bucketFirst?: boolean } = {},
): RestRoutes {
  const routes = schemas
    .flatMap(schema => routeOf(schema, bucketFirst))
    .toSorted((a, b) => b.fixed.length - a.fixed.length || (a.operation < b.operation ? -1 : 1));
  return {
    find({ method, path, query }) {
      const segments = segmentsOf(path);
      const parameters = new URLSearchParams(query);
      // The SDKs of today name the operation themselves where two of S3's have one path.
      const named = parameters.get('x-id');
      for (const route of routes) {
        if (route.method !== method || (named !== null && route.operation !== named)) continue;
        const labels = labelsOf(route.segments, segments);
        if (labels && route.fixed.every(([name, value]) => fits(parameters, name, value))) {
          return { operation: route.operation, labels };
        }
      }
      return undefined;
    },
  };
}

function routeOf(schema: StaticOperationSchema, bucketFirst: boolean): Route[] {
  const { name, http, input } = operationShape(schema);
  if (!http) return [];
  const [path = '', query = ''] = http.uri.split('?');
  const inBucket =
    bucketFirst && input.members.some(member => member.name === 'Bucket' && member.binding?.in === 'path');
  return [
    {
      operation: name,
      method: http.method,
      segments: [...(inBucket ? ['{Bucket}'] : []), ...segmentsOf(path)],
      fixed: [...new URLSearchParams(query)].filter(([key]) => key !== 'x-id'),
    },
  ];
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(segment => segment !== '');
}

function labelsOf(pattern: readonly string[], segments: readonly string[]): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    if (!label && part !== segments[index]) return undefined;
    if (!label) continue;
    const [, name = '', greedy] = label;
    const value = greedy ? segments.slice(index).join('/') : segments[index];
    if (value === undefined || value === '') return undefined;
    labels.set(name, decodeURIComponent(value));
    if (greedy) return labels;
  }
  return pattern.length === segments.length ? labels : undefined;
}

function fits(parameters: URLSearchParams, name: string, value: string): boolean {
  return value === '' ? parameters.has(name) : parameters.get(name) === value;
}
