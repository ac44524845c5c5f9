/** What a connector is doing, or how it does; derived in one place (`src/store/connector-states.ts`). */
export const CONNECTOR_STATES = [
  'waiting-for-role',
  'queued',
  'running',
  'ok',
  'problems',
  'failing',
  'disabled',
] as const;

export type ConnectorState = (typeof CONNECTOR_STATES)[number];
