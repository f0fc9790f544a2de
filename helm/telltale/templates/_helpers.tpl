{{- define "telltale.name" -}}
{{- default .Chart.Name .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "telltale.labels" -}}
app.kubernetes.io/name: telltale
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "telltale.selector" -}}
app.kubernetes.io/name: telltale
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "telltale.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "telltale.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "telltale.name" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* The user's config with what the chart itself decides on top. */}}
{{- define "telltale.config" -}}
{{- $own := printf "%s.%s.svc" (include "telltale.name" .) .Release.Namespace -}}
{{- $names := concat (list (include "telltale.name" .) (printf "%s.%s" (include "telltale.name" .) .Release.Namespace) $own (printf "%s.cluster.local" $own)) .Values.hostNames -}}
{{- $fixed := dict "host" "0.0.0.0" "dataDir" "/data" "allowedHosts" $names -}}
{{- $fixed := mergeOverwrite (deepCopy .Values.config) $fixed -}}
{{- toYaml $fixed -}}
{{- end -}}
