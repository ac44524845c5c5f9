import { z } from 'zod';
import { SESSION_COOKIE } from './access.ts';
import { API_PREFIX, ROUTE_NAMES, ROUTES, type Route } from './contract.ts';
import * as schemas from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The OpenAPI 3.1 document of the route table. Schemas that schemas.ts exports become components; others stand where they
 * are used.
 */
export function openApiDocument({ version }: { version: string }): Json {
  const components: Components = new Map();
  const paths = pathsOf(components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Causeway',
      version,
      description: 'Connects many AWS accounts through cross-account roles and keeps one truthful inventory of them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API_PREFIX }],
    paths,
    components: { schemas: Object.fromEntries([...components].sort()), securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token, as POST /tokens answers it.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'Set by POST /session. Requests that change something also carry its csrfToken as x-csrf-token.',
  },
};

/** The components that the paths refer to, filled while the paths are made. */
type Components = Map<string, unknown>;

function pathsOf(components: Components): Json {
  const paths = new Map<string, Json>();
  for (const name of ROUTE_NAMES) {
    const route: Route = ROUTES[name];
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const operation = operationOf(route, { operationId: name, components });
    paths.set(path, { ...paths.get(path), [route.method.toLowerCase()]: operation });
  }
  return Object.fromEntries(paths);
}

function operationOf(route: Route, { operationId, components }: { operationId: string; components: Components }): Json {
  const { params, query, body, reply, status } = route;
  const parameters = [...parametersOf('path', params), ...parametersOf('query', query)];
  const content = (schema: z.ZodType, io: 'input' | 'output') => ({ schema: schemaOf(schema, { io, components }) });
  return {
    operationId,
    summary: route.summary,
    tags: [route.path.split('/')[1]],
    security: SECURITY[route.access] ?? [{ token: [] }, { session: [] }],
    'x-access': route.access,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': content(body, 'input') } } } : {}),
    responses: {
      [status]: {
        description: reply ? 'Done.' : 'Done; there is nothing to answer.',
        ...(reply ? { content: { 'application/json': content(reply, 'output') } } : {}),
      },
      default: {
        description: 'What was wrong and what to do about it.',
        content: { 'application/problem+json': content(schemas.problem, 'output') },
      },
    },
  };
}

const SECURITY: Readonly<Record<string, readonly Json[]>> = { public: [], session: [{ session: [] }] };

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

/** The JSON schema, in it references to the components, which are added to `components`. */
function schemaOf(schema: z.ZodType, { io, components }: { io: 'input' | 'output'; components: Components }): unknown {
  // Zod refers to what a schema contains, never to the schema itself; so it is put into another one.
  const made = z.toJSONSchema(z.object({ it: schema }), { io, metadata: NAMES, override: forClients(io) });
  const { it, defs } = withComponentRefs({ it: made.properties?.it, defs: made.$defs ?? {} });
  for (const [id, definition] of Object.entries(defs)) components.set(id, definition);
  return it;
}

/** A format says more than its pattern; and a reply may get fields in a later version, so clients must not refuse them. */
function forClients(io: 'input' | 'output') {
  return ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    if (jsonSchema.format) delete jsonSchema.pattern;
    if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  };
}

function withComponentRefs<Part>(part: Part): Part {
  return JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

const NAMES = z.registry<{ id: string }>();
for (const [name, schema] of Object.entries(schemas)) {
  if (schema instanceof z.ZodType) NAMES.add(schema, { id: name.charAt(0).toUpperCase() + name.slice(1) });
}
