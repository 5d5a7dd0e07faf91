import { useRef } from 'react';
import { useQuery, type AnyVariables, type UseQueryArgs, type UseQueryResponse } from 'urql';

/**
 * Like `useQuery`, but what was read stays when reading it again fails: losing the connection takes nothing off the screen.
 * Other variables start anew.
 */
export function useKeptQuery<Data, Variables extends AnyVariables>(
  args: UseQueryArgs<Variables, Data>,
): UseQueryResponse<Data, Variables> {
  const [state, execute] = useQuery(args);
  const kept = useRef<{ readonly variables: string; readonly data: Data } | null>(null);
  const variables = JSON.stringify(args.variables ?? null);
  if (state.data !== undefined) kept.current = { variables, data: state.data };
  const data = state.data ?? (kept.current?.variables === variables ? kept.current.data : undefined);
  return [{ ...state, data }, execute];
}
