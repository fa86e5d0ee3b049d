{{/* Returns the objects of a file, as YAML with the field `items`. Input: the root and the path of the file. */}}
{{- define "parley.read" -}}
{{- $root := index . 0 -}}
{{- $path := index . 1 -}}
{{- $items := list -}}
{{- range regexSplit "(?m)^---$" ($root.Files.Get $path | required (printf "%s is not in the chart" $path)) -1 -}}
{{- $items = append $items (fromYaml .) -}}
{{- end -}}
{{- dict "items" $items | toYaml -}}
{{- end -}}

{{/* Prints an object with the namespace and labels of the release. Input: the root and the object. */}}
{{- define "parley.object" -}}
{{- $root := index . 0 -}}
{{- $object := index . 1 -}}
{{- $labels := dict
  "app.kubernetes.io/instance" $root.Release.Name
  "app.kubernetes.io/managed-by" $root.Release.Service
  "app.kubernetes.io/part-of" "parley"
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_")) -}}
{{- $_ := set $object.metadata "namespace" $root.Release.Namespace -}}
{{- $_ := set $object.metadata "labels" (mergeOverwrite $labels ($object.metadata.labels | default dict)) }}
---
{{ toYaml $object }}
{{ end -}}

{{/* The image of a service. Input: the root and the name of the service. */}}
{{- define "parley.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $name := index . 1 -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ with $image.repository }}{{ . }}/{{ end }}{{ $name -}}
{{- with get $image.digests $name }}@{{ . }}{{ else }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}{{ end -}}
{{- end -}}

{{/* The settings of all services, as YAML: those of the base, then GATEWAY_URLS of the first host, then `settings`. */}}
{{- define "parley.settings" -}}
{{- $data := dict -}}
{{- range splitList "\n" (.Files.Get "base/settings.env") -}}
{{- if and . (not (hasPrefix "#" .)) -}}
{{- $pair := splitn "=" 2 . -}}
{{- $_ := set $data $pair._0 $pair._1 -}}
{{- end -}}
{{- end -}}
{{- with include "parley.host" . -}}
{{- $_ := set $data "GATEWAY_URLS" (printf "https://%s" .) -}}
{{- end -}}
{{- range $name, $value := .Values.settings -}}
{{- if not (kindIs "invalid" $value) -}}
{{- /* Helm reads whole numbers as floats, which it would print as 1e+06. */ -}}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) -}}
{{- $value = int64 $value -}}
{{- end -}}
{{- $_ := set $data $name (toString $value) -}}
{{- end -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{/* The first host of the HTTPRoute or Ingress, or nothing. */}}
{{- define "parley.host" -}}
{{- if and .Values.httpRoute.enabled .Values.httpRoute.hostnames -}}
{{- first .Values.httpRoute.hostnames -}}
{{- else if and .Values.ingress.enabled .Values.ingress.hosts -}}
{{- first .Values.ingress.hosts -}}
{{- end -}}
{{- end -}}
