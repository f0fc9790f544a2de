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

{{/* Not empty when several processes share Kafka and a ClickHouse server. */}}
{{- define "telltale.isDistributed" -}}
{{- if ((.Values.config.queue).kafka).brokers }}yes{{ end -}}
{{- end -}}

{{/* The service that takes telemetry. */}}
{{- define "telltale.otlpName" -}}
{{- $name := include "telltale.name" . -}}
{{- if include "telltale.isDistributed" . }}{{ $name }}-otlp{{ else }}{{ $name }}{{ end -}}
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
{{- toYaml (mergeOverwrite (deepCopy .Values.config) (dict "host" "0.0.0.0" "dataDir" "/data")) -}}
{{- end -}}

{{/* Names under which the service is called; Prometheus calls the pod by its address. */}}
{{- define "telltale.allowedHosts" -}}
{{- $own := list -}}
{{- range list (include "telltale.name" .) (include "telltale.otlpName" .) | uniq -}}
{{- $inNamespace := printf "%s.%s" . $.Release.Namespace -}}
{{- $own = concat $own (list . $inNamespace (printf "%s.svc" $inNamespace) (printf "%s.svc.cluster.local" $inNamespace)) -}}
{{- end -}}
{{- toJson (concat $own (list "$(POD_IP)") .Values.hostNames) -}}
{{- end -}}
