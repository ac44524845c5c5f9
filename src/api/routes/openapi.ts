import packageJson from '../../../package.json' with { type: 'json' };
import { ok } from '../../domain/result.ts';
import { openApiDocument } from '../openapi.ts';
import type { Handlers } from '../routes.ts';

export function openApiRoutes(): Pick<Handlers, 'getOpenApi'> {
  // Made at the first request: a tenth of a second that every start would pay.
  let document: ReturnType<typeof openApiDocument> | undefined;
  return {
    async getOpenApi() {
      document ??= openApiDocument({ version: packageJson.version });
      return ok(document);
    },
  };
}
