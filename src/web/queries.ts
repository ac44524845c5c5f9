import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import type { ReplyOf, RequestOf, RouteName } from '../api/contract.ts';
import { CallFailed, call } from './api.ts';

export type Read<Name extends RouteName> = UseQueryResult<ReplyOf<Name>, Error>;
export type Change<Name extends RouteName> = UseMutationResult<ReplyOf<Name>, Error, RequestOf<Name>>;

interface ReadOptions<Name extends RouteName> {
  /** Milliseconds until the next reading, decided by the last reply; false for none. */
  readonly again?: (reply: ReplyOf<Name> | undefined) => number | false;
  /** How long a reply is good enough for another page that reads the same. */
  readonly freshMs?: number;
  /** Keep showing the page before while the next one loads, so that a list does not jump. */
  readonly keepPrevious?: boolean;
  /** For an answer that AWS has to be asked for: read again only when somebody says so, and forgotten when nobody shows it. */
  readonly costly?: boolean;
}

/** Reads one route; the reply is shared by everything on the screen that reads the same. */
export function useRead<Name extends RouteName>(
  name: Name,
  request: RequestOf<Name>,
  { again, freshMs, keepPrevious = false, costly = false }: ReadOptions<Name> = {},
): Read<Name> {
  return useQuery<ReplyOf<Name>>({
    queryKey: [name, request],
    queryFn: ({ signal }) => call(name, request, signal),
    ...(freshMs === undefined ? {} : { staleTime: freshMs }),
    ...(again ? { refetchInterval: query => again(query.state.data) } : {}),
    ...(costly ? { staleTime: 'static', gcTime: 0, retry: false } : {}),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** A change through one route; afterwards everything on the screen is read again. */
export function useChange<Name extends RouteName>(name: Name): Change<Name> {
  return useMutation<ReplyOf<Name>, Error, RequestOf<Name>>({ mutationFn: request => call(name, request) });
}

/** @param onSignedOut called when the API says that nobody is signed in any more. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof CallFailed && error.problem.code === 'not-signed-in') onSignedOut();
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({
      onError,
      onSettled: () => client.invalidateQueries(),
    }),
    defaultOptions: {
      queries: { staleTime: 2_000, retry: worthAnotherTry, retryDelay: 1_000 },
      mutations: { retry: false },
    },
  });
  return client;
}

/** Only what may pass by itself is asked again, and only once: the screen shows the error meanwhile. */
function worthAnotherTry(failures: number, error: Error): boolean {
  const status = error instanceof CallFailed ? error.problem.status : 500;
  return failures < 1 && (status === 0 || status === 502 || status === 503);
}
