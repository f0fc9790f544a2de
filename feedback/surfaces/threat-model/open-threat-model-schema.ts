import { z } from "zod";

/** The parts of an Open Threat Model 0.2 that Telltale reads or adds to; the rest may be there. */
const ThreatInstance = z.looseObject({
  threat: z.string(),
  state: z.string(),
  mitigations: z.array(z.looseObject({ mitigation: z.string(), state: z.string() })).nullish(),
});

const Identified = z.looseObject({ id: z.string().min(1), name: z.string().optional() });

const Carrier = Identified.extend({ threats: z.array(ThreatInstance).nullish() });

const Risk = z.looseObject({
  likelihood: z.number().min(0).max(100).nullable(),
  impact: z.number().min(0).max(100),
});

export const OpenThreatModel = z.looseObject({
  otmVersion: z.string(),
  project: z.looseObject({ name: z.string(), id: z.string() }),
  trustZones: z.array(Identified).nullish(),
  components: z.array(Carrier).nullish(),
  dataflows: z.array(Carrier).nullish(),
  threats: z
    .array(Identified.extend({ name: z.string(), risk: Risk, cwes: z.array(z.string()).nullish() }))
    .nullish(),
  mitigations: z
    .array(Identified.extend({ riskReduction: z.number().min(0).max(100).nullish() }))
    .nullish(),
});

export type OpenThreatModel = z.infer<typeof OpenThreatModel>;

/** References to a threat or mitigation that the model does not define. */
export function unresolvedReferences(model: OpenThreatModel): string[] {
  const threats = new Set(model.threats?.map(({ id }) => id));
  const mitigations = new Set(model.mitigations?.map(({ id }) => id));
  const instances = [...(model.components ?? []), ...(model.dataflows ?? [])].flatMap(
    (carrier) => carrier.threats ?? [],
  );
  return instances.flatMap(({ threat, mitigations: refs }) => [
    ...(threats.has(threat) ? [] : [`threat ${threat}`]),
    ...(refs ?? [])
      .filter(({ mitigation }) => !mitigations.has(mitigation))
      .map(({ mitigation }) => `mitigation ${mitigation}`),
  ]);
}
