import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { type FaultCode, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { RoleCredentials } from './keyless.ts';

/**
 * Where this machine's own role is asked for, as AWS's runtimes set it; only used by the hubs that name it. The SDK's
 * providers would do the same, but they also look into the environment and ~/.aws/config by themselves (invariant I11),
 * and for the instance fall back to IMDSv1, which any program that can be made to fetch an address can read.
 */
export interface MachineSettings {
  /** AWS_EC2_METADATA_SERVICE_ENDPOINT; AWS's own address when absent. */
  readonly metadataEndpoint?: string;
  /** AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, set by ECS. */
  readonly containerRelativeUri?: string;
  /** AWS_CONTAINER_CREDENTIALS_FULL_URI, set by EKS Pod Identity; only used without the one before. */
  readonly containerFullUri?: string;
  readonly containerToken?: string;
  /** Goes before `containerToken`, and is read anew each time: EKS replaces the token in it. */
  readonly containerTokenFile?: string;
}

/**
 * The credentials of the EC2 instance's role, by IMDSv2.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export async function instanceCredentials({
  metadataEndpoint = 'http://169.254.169.254',
}: MachineSettings): Promise<Result<RoleCredentials>> {
  if (!URL.canParse(metadataEndpoint)) {
    return failed(noCredentials(`AWS_EC2_METADATA_SERVICE_ENDPOINT is "${metadataEndpoint}", which is no URL.`));
  }
  const at = (path: string) => new URL(path, metadataEndpoint);
  const what = 'the instance metadata service';
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': String(LIMITS.metadataTokenSeconds) };
  const token = await ask({ url: at('/latest/api/token'), method: 'PUT', headers: ttl, what });
  if (!token.ok) return token;
  const headers = { 'x-aws-ec2-metadata-token': token.value };
  const roles = '/latest/meta-data/iam/security-credentials/';
  const role = await ask({ url: at(roles), headers, what, on404: 'The instance has no instance profile.' });
  if (!role.ok) return role;
  const name = role.value.split('\n')[0]?.trim() ?? '';
  const answer = await ask({ url: at(`${roles}${encodeURIComponent(name)}`), headers, what });
  return answer.ok ? readCredentials(answer.value, what) : answer;
}

/**
 * The credentials of the ECS task's or EKS pod's role.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function containerCredentials(machine: MachineSettings): Promise<Result<RoleCredentials>> {
  const url = containerUrl(machine);
  if (!url.ok) return url;
  const token = await containerToken(machine);
  if (!token.ok) return token;
  const what = 'the container’s credentials endpoint';
  const headers: Record<string, string> = token.value === undefined ? {} : { authorization: token.value };
  const answer = await ask({ url: url.value, headers, what });
  return answer.ok ? readCredentials(answer.value, what) : answer;
}

function containerUrl({ containerRelativeUri: relative, containerFullUri: full }: MachineSettings): Result<URL> {
  if (relative !== undefined) {
    const text = `http://169.254.170.2${relative}`;
    if (relative.startsWith('/') && URL.canParse(text)) return ok(new URL(text));
    return failed(noCredentials('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path that begins with "/".'));
  }
  if (full === undefined) {
    const why = 'Neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set.';
    return failed(noCredentials(why));
  }
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isOfThisMachine(url.hostname)))) return ok(url);
  const why = 'AWS_CONTAINER_CREDENTIALS_FULL_URI is neither an https URL nor one of this machine or of AWS’s agents.';
  return failed(noCredentials(why));
}

/** Loopback, and the addresses of the agents of ECS and EKS: only there may credentials be fetched without TLS. */
function isOfThisMachine(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (address === 'localhost' || address === '::1') return true;
  if (isIP(address) === 4 && address.startsWith('127.')) return true;
  return ['169.254.170.2', '169.254.170.23', 'fd00:ec2::23'].includes(address);
}

async function containerToken({
  containerToken: token,
  containerTokenFile: file,
}: MachineSettings): Promise<Result<string | undefined>> {
  const text = file === undefined ? ok(token) : await readTokenFile(file);
  if (text.ok && text.value !== undefined && /[\r\n]/.test(text.value)) {
    return failed(noCredentials('The container’s authorization token has a line break.'));
  }
  return text;
}

/** A token out of a file, without the white space around it. */
export async function readTokenFile(file: string): Promise<Result<string>> {
  try {
    // Whoever makes a base account names the file: neither a pipe nor a device may hold this process up or fill it.
    const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await readToken(opened, file);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(noCredentials(`The token file ${file} cannot be read (${error.code}).`));
  }
}

async function readToken(opened: FileHandle, file: string): Promise<Result<string>> {
  if (!(await opened.stat()).isFile()) return failed(noCredentials(`${file} is not a file.`));
  const bytes = Buffer.alloc(LIMITS.tokenFileBytesMax + 1);
  const { bytesRead } = await opened.read(bytes, 0, bytes.length);
  if (bytesRead === bytes.length) return failed(noCredentials(`${file} is too large to be a token.`));
  return ok(bytes.toString('utf8', 0, bytesRead).trim());
}

interface Question {
  readonly url: URL;
  readonly method?: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** Who is asked, for the fault. */
  readonly what: string;
  readonly on404?: string;
}

/** No redirect is followed: what is asked is on this machine or beside it. */
async function ask({ url, method, headers, what, on404 }: Question): Promise<Result<string>> {
  try {
    const { status, body } = await send(url, { method: method ?? 'GET', headers });
    if (status >= 200 && status < 300) return ok(body);
    if (status === 404 && on404 !== undefined) return failed(noCredentials(on404));
    const mayPass = status === 429 || status >= 500;
    return failed(noCredentials(`HTTP ${status} was the answer of ${what}.`, mayPass ? 'aws-error' : undefined));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = 'code' in error ? error.code : error.name;
    return failed(noCredentials(`No answer came from ${what} (${why}).`));
  }
}

/** With an agent of its own: `fetch` and Node's own agents go through a proxy where NODE_USE_ENV_PROXY is set. */
async function send(
  url: URL,
  { method, headers }: { method: string; headers: Readonly<Record<string, string>> },
): Promise<{ status: number; body: string }> {
  const isTls = url.protocol === 'https:';
  const request = (isTls ? httpsRequest : httpRequest)(url, {
    method,
    headers,
    agent: isTls ? new HttpsAgent() : new HttpAgent(),
    signal: AbortSignal.timeout(LIMITS.metadataTimeoutMs),
  });
  return await new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', response => {
      const status = response.statusCode ?? 0;
      let chars = 0;
      response.on('data', (chunk: Buffer) => {
        chars += chunk.length;
        if (chars > LIMITS.metadataAnswerCharsMax) request.destroy(new Error('the answer is too long'));
      });
      readText(response).then(body => resolve({ status, body }), reject);
    });
    request.end();
  });
}

const answerShape = z.object({
  Code: z.string().optional(),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime({ offset: true }),
});

/** The text is not quoted in the fault: it may hold a secret. */
function readCredentials(text: string, what: string): Result<RoleCredentials> {
  const parsed = answerShape.safeParse(parseJson(text));
  if (!parsed.success) return failed(noCredentials(`The answer of ${what} holds no credentials.`));
  const { Code, AccessKeyId, SecretAccessKey, Token, Expiration } = parsed.data;
  if (Code !== undefined && Code !== 'Success')
    return failed(noCredentials(`The answer of ${what} has the code "${Code}".`));
  return ok({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiration: new Date(Expiration),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function noCredentials(detail: string, code: FaultCode = 'no-hub-credentials') {
  return fault(code, detail);
}
