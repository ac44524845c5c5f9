/** What a command that goes on until it is stopped hands back. */
export interface Running {
  stop(): Promise<void>;
}
