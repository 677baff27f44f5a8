{{/* Name of the chart, for the label app.kubernetes.io/name. */}}
{{- define "maquette.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of the release's objects: not doubled when the release is called like the chart. */}}
{{- define "maquette.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := include "maquette.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "maquette.selectorLabels" -}}
app.kubernetes.io/name: {{ include "maquette.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "maquette.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "maquette.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: maquette
{{- end }}

{{- define "maquette.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "maquette.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "maquette.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* Whether the pod's cache is a claim that only one node can mount. */}}
{{- define "maquette.singleWriterCache" -}}
{{- $persistence := .Values.cache.persistence }}
{{- if and $persistence.enabled (ne $persistence.accessMode "ReadWriteMany") }}true{{ end }}
{{- end }}

{{/* The operator's configuration file. */}}
{{- define "maquette.config" -}}
{{- $registries := dict "rewrites" .Values.registries.rewrites "pullSecrets" .Values.registries.pullSecrets }}
{{- toYaml (dict "trust" .Values.trust "registries" $registries) }}
{{- end }}

{{/* Combinations of values that the schema cannot refuse. */}}
{{- define "maquette.validate" -}}
{{- range $at, $policy := .Values.trust.policies }}
{{- $field := printf "trust.policies[%d]" $at }}
{{- if eq (or $policy.insecure false) (not (empty (or $policy.keys $policy.keyless))) }}
{{- fail (printf "%s: set either keys and keyless, of which any one suffices, or insecure=true" $field) }}
{{- end }}
{{- if and $policy.keyless (not (or $policy.root $.Values.trust.root)) }}
{{- fail (printf "%s: an identity needs a trust root: set trust.root with --set-file trust.root=trusted_root.json" $field) }}
{{- end }}
{{- end }}
{{- if gt (int .Values.replicas) 1 }}
{{- if not .Values.leaderElection.enabled }}
{{- fail "replicas: more than one replica needs leaderElection.enabled=true, else two operators work at once" }}
{{- end }}
{{- if include "maquette.singleWriterCache" . }}
{{- fail "cache.persistence.accessMode: more than one replica needs ReadWriteMany, or cache.persistence.enabled=false" }}
{{- end }}
{{- end }}
{{- end }}

{{/* Objects of Maquette's own kinds can be created only where the cluster knows these kinds. */}}
{{- define "maquette.kindsExist" -}}
{{- if .Capabilities.APIVersions.Has "maquette.dev/v1alpha1/Provider" }}true{{ end }}
{{- end }}

{{/* One Plugin or Provider: context {root, kind, item}. */}}
{{- define "maquette.object" -}}
{{- $keep := ternary (dict "helm.sh/resource-policy" "keep") (dict) .root.Values.crds.keep }}
{{- $annotations := merge $keep (default dict .item.annotations) }}
apiVersion: maquette.dev/v1alpha1
kind: {{ .kind }}
metadata:
  name: {{ .item.name }}
  labels:
    {{- include "maquette.labels" .root | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- toYaml .item.spec | nindent 2 }}
{{- end }}
