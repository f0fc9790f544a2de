{{/*
The template of a pod. Given {root, role, resources}: the role "" is the whole service, with its
data in a volume; a process of one role keeps nothing.
*/}}
{{- define "telltale.pod" -}}
{{- with .root -}}
metadata:
  labels:
    {{- include "telltale.labels" . | nindent 4 }}
    {{- with $.role }}
    app.kubernetes.io/component: {{ . }}
    {{- end }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    checksum/config: {{ include "telltale.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "telltale.serviceAccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: telltale
      image: {{ include "telltale.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- if $.role }}
      args: ["up", "--role", "{{ $.role }}", "--config", "/etc/telltale/telltale.yaml"]
      {{- else }}
      args: ["up", "--config", "/etc/telltale/telltale.yaml"]
      {{- end }}
      env:
        - name: POD_IP
          valueFrom: { fieldRef: { fieldPath: status.podIP } }
        {{- if eq $.role "analyzer" }}
        - name: TELLTALE_QUEUE_KAFKA_INSTANCE_ID
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
        {{- end }}
        - name: TELLTALE_ALLOWED_HOSTS
          value: {{ include "telltale.allowedHosts" . | quote }}
        - name: TELLTALE_KEY_FILE
          value: {{ ternary "/etc/telltale-key/queue.key" "/data/keys/queue.key" (ne .Values.queueKey.existingSecret "") }}
        {{- with .Values.extraEnv }}{{ tpl (toYaml .) $.root | nindent 8 }}{{ end }}
      {{- with .Values.extraEnvFrom }}
      envFrom: {{- tpl (toYaml .) $.root | nindent 8 }}
      {{- end }}
      ports:
        {{- if has $.role (list "" "collector") }}
        - { name: otlp-http, containerPort: 4318 }
        - { name: otlp-grpc, containerPort: 4317 }
        {{- end }}
        - { name: api, containerPort: 7070 }
      startupProbe:
        httpGet: { path: /healthz, port: api, httpHeaders: [{ name: Host, value: localhost }] }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: api, httpHeaders: [{ name: Host, value: localhost }] }
        periodSeconds: 10
      readinessProbe:
        httpGet: { path: /readyz, port: api, httpHeaders: [{ name: Host, value: localhost }] }
        periodSeconds: 5
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      resources: {{- toYaml $.resources | nindent 8 }}
      volumeMounts:
        {{- if not $.role }}
        - { name: data, mountPath: /data }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
        - { name: config, mountPath: /etc/telltale, readOnly: true }
        {{- if .Values.queueKey.existingSecret }}
        - { name: queue-key, mountPath: /etc/telltale-key, readOnly: true }
        {{- end }}
        {{- with .Values.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: config
      configMap: { name: {{ include "telltale.name" . }} }
    {{- with .Values.queueKey.existingSecret }}
    - name: queue-key
      secret:
        secretName: {{ . }}
        defaultMode: 0400
        items: [{ key: {{ $.root.Values.queueKey.secretKey }}, path: queue.key }]
    {{- end }}
    {{- with .Values.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
