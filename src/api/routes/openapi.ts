import packageJson from '../../../package.json' with { type: 'json' };
import { ok } from '../../domain/result.ts';
import { openApiDocument } from '../openapi.ts';
import type { Handlers } from '../routes.ts';

export function openApiRoutes(): Pick<Handlers, 'getOpenApi'> {
  const document = openApiDocument({ version: packageJson.version });
  return {
    async getOpenApi() {
      return ok(document);
    },
  };
}
