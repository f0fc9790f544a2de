/** One service in one environment of one tenant: the unit that windows close by. */
export interface Stream {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
}

export function streamKey({ tenant, service, environment }: Stream): string {
  return JSON.stringify([tenant, service, environment]);
}
