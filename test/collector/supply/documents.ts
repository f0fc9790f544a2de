/** Documents as the common tools write them, cut to what a test needs. */
export const commitId = "c27d339ee6075c1f744c5d4b200f7901aad2c369";
export const imageDigest = "a".repeat(64);

/** SLSA v1 provenance as GitHub's generator writes it: the builder is a dependency too. */
export const provenanceV1 = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "ghcr.io/acme/shop", digest: { sha256: imageDigest } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: "https://actions.github.io/buildtypes/workflow/v1",
      externalParameters: {
        workflow: {
          ref: "refs/heads/main",
          repository: "https://github.com/acme/shop",
          path: ".github/workflows/release.yml",
        },
      },
      resolvedDependencies: [
        {
          uri: "git+https://github.com/acme/actions@refs/tags/v3",
          digest: { gitCommit: "d".repeat(40) },
        },
        {
          uri: "git+https://github.com/acme/shop@refs/heads/main",
          digest: { gitCommit: commitId },
        },
      ],
    },
    runDetails: {
      builder: { id: "https://github.com/actions/runner/github-hosted" },
      metadata: { invocationId: "https://github.com/acme/shop/actions/runs/1/attempts/1" },
    },
  },
};

export const provenanceV02 = {
  _type: "https://in-toto.io/Statement/v0.1",
  subject: [{ name: "shop.tar.gz", digest: { sha256: imageDigest } }],
  predicateType: "https://slsa.dev/provenance/v0.2",
  predicate: {
    builder: {
      id: "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v1.9.0",
    },
    buildType: "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
    invocation: {
      configSource: {
        uri: "git+https://github.com/acme/shop@refs/tags/v1.8.0",
        digest: { sha1: commitId },
        entryPoint: ".github/workflows/release.yml",
      },
    },
    metadata: { buildInvocationID: "1-1", buildFinishedOn: "2026-11-19T08:00:00Z" },
    materials: [
      { uri: "git+https://github.com/acme/shop@refs/tags/v1.8.0", digest: { sha1: commitId } },
    ],
  },
};

export function envelopeOf(statement: object): object {
  return {
    payloadType: "application/vnd.in-toto+json",
    payload: Buffer.from(JSON.stringify(statement)).toString("base64"),
    signatures: [{ keyid: "SHA256:build-key", sig: "bm8=" }],
  };
}

export const cycloneDx = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  metadata: {
    timestamp: "2026-11-20T09:00:00Z",
    component: { "bom-ref": "root", type: "application", name: "shop", version: "1.8.0" },
  },
  components: [
    {
      "bom-ref": "lodash",
      type: "library",
      name: "lodash",
      version: "4.17.21",
      purl: "pkg:npm/lodash@4.17.21",
      publisher: "John-David Dalton <john@example.com>",
      licenses: [{ license: { id: "MIT" } }],
    },
    {
      "bom-ref": "sharp",
      type: "library",
      group: "@img",
      name: "sharp",
      version: "0.33.0",
      purl: "pkg:npm/%40img/sharp@0.33.0?vcs_url=x",
      authors: [{ name: "Zoe", email: "zoe@example.com" }, { name: "Ada" }],
      properties: [{ name: "cdx:npm:package:hasInstallScript", value: "true" }],
      components: [
        { type: "library", name: "nested", version: "1.0.0", properties: [{ name: "a" }] },
        { type: "file", name: "sharp.node" },
      ],
    },
  ],
  dependencies: [{ ref: "root", dependsOn: ["sharp"] }],
};

export const spdx2 = {
  spdxVersion: "SPDX-2.3",
  SPDXID: "SPDXRef-DOCUMENT",
  creationInfo: { created: "2026-11-20T09:00:00Z" },
  packages: [
    { SPDXID: "SPDXRef-shop", name: "shop", versionInfo: "1.8.0" },
    {
      SPDXID: "SPDXRef-requests",
      name: "requests",
      versionInfo: "2.32.3",
      originator: "Person: Kenneth Reitz (me@example.com)",
      supplier: "NOASSERTION",
      licenseConcluded: "NOASSERTION",
      licenseDeclared: "Apache-2.0",
      externalRefs: [
        {
          referenceCategory: "PACKAGE-MANAGER",
          referenceType: "purl",
          referenceLocator: "pkg:pypi/requests@2.32.3",
        },
      ],
    },
    { SPDXID: "SPDXRef-zlib", name: "zlib", versionInfo: "1.3.1" },
  ],
  relationships: [
    {
      spdxElementId: "SPDXRef-DOCUMENT",
      relationshipType: "DESCRIBES",
      relatedSpdxElement: "SPDXRef-shop",
    },
    {
      spdxElementId: "SPDXRef-shop",
      relationshipType: "DEPENDS_ON",
      relatedSpdxElement: "SPDXRef-requests",
    },
  ],
};

export const spdx3 = {
  "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
  "@graph": [
    { type: "CreationInfo", "@id": "_:creation", created: "2026-11-20T09:00:00Z" },
    { type: "Organization", spdxId: "urn:acme", name: "ACME" },
    { type: "software_Sbom", spdxId: "urn:sbom", rootElement: ["urn:shop"] },
    { type: "software_Package", spdxId: "urn:shop", name: "shop" },
    {
      type: "software_Package",
      spdxId: "urn:requests",
      name: "requests",
      software_packageVersion: "2.32.3",
      software_packageUrl: "pkg:pypi/requests@2.32.3",
      originatedBy: ["urn:acme"],
    },
    {
      type: "Relationship",
      spdxId: "urn:r1",
      from: "urn:shop",
      relationshipType: "dependsOn",
      to: ["urn:requests"],
    },
    {
      type: "Relationship",
      spdxId: "urn:r2",
      from: "urn:requests",
      relationshipType: "hasDeclaredLicense",
      to: ["urn:apache"],
    },
    {
      type: "simplelicensing_LicenseExpression",
      spdxId: "urn:apache",
      simplelicensing_licenseExpression: "Apache-2.0",
    },
  ],
};
