{{/* Prints the objects of a service: Deployment, Service, PodDisruptionBudget and HorizontalPodAutoscaler.
     Input: the root and the name of the service. */}}
{{- define "parley.service" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := get $root.Values $name -}}
{{- $autoscaling := $values.autoscaling | default dict -}}
{{- range (include "parley.read" (list $root (printf "base/%s.yaml" $name)) | fromYaml).items -}}
{{- $show := true -}}
{{- if eq .kind "Deployment" -}}
{{- include "parley.patchTemplate" (dict "root" $root "values" $values "template" .spec.template) -}}
{{- if ne $name "web" -}}
{{- $checksum := dict "checksum/settings" (include "parley.settings" $root | sha256sum) -}}
{{- $_ := set .spec.template.metadata "annotations" (merge (.spec.template.metadata.annotations | default dict) $checksum) -}}
{{- end -}}
{{- /* An autoscaler sets the number of replicas. Helm would reset it at each upgrade. */ -}}
{{- if or $autoscaling.enabled (kindIs "invalid" $values.replicas) -}}
{{- $_ := unset .spec "replicas" -}}
{{- else -}}
{{- $_ := set .spec "replicas" $values.replicas -}}
{{- end -}}
{{- else if eq .kind "PodDisruptionBudget" -}}
{{- $show = $values.podDisruptionBudget.enabled -}}
{{- $_ := set .spec "maxUnavailable" $values.podDisruptionBudget.maxUnavailable -}}
{{- else if eq .kind "HorizontalPodAutoscaler" -}}
{{- $show = $autoscaling.enabled -}}
{{- include "parley.patchAutoscaler" (list .spec $autoscaling) -}}
{{- end -}}
{{- if $show -}}
{{- include "parley.object" (list $root .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Applies values to the specification of an autoscaler, and prints nothing. Input: the specification and the values. */}}
{{- define "parley.patchAutoscaler" -}}
{{- $spec := index . 0 -}}
{{- $values := index . 1 -}}
{{- $_ := set $spec "minReplicas" $values.minReplicas -}}
{{- $_ := set $spec "maxReplicas" $values.maxReplicas -}}
{{- $target := dict "type" "Utilization" "averageUtilization" $values.cpu -}}
{{- $metrics := list (dict "type" "Resource" "resource" (dict "name" "cpu" "target" $target)) -}}
{{- with $values.connections -}}
{{- $target := dict "type" "AverageValue" "averageValue" (. | int64 | toString) -}}
{{- $pods := dict "metric" (dict "name" "parley_connections") "target" $target -}}
{{- $metrics = append $metrics (dict "type" "Pods" "pods" $pods) -}}
{{- end -}}
{{- $_ := set $spec "metrics" $metrics -}}
{{- $_ := set $spec "behavior" (mergeOverwrite $spec.behavior (deepCopy $values.behavior)) -}}
{{- end -}}
