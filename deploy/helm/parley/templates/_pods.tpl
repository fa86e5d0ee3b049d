{{/* Applies values to a pod template of the base, and prints nothing.
     Input: `root`, `template`, and the `values` of the service or of the migration. */}}
{{- define "parley.patchTemplate" -}}
{{- $root := .root -}}
{{- $metadata := .template.metadata -}}
{{- $pod := .template.spec -}}
{{- $values := .values -}}
{{- $own := mergeOverwrite (deepCopy $root.Values.pods) (deepCopy $values.pods) -}}
{{- $annotations := merge ($metadata.annotations | default dict) ($own.annotations | default dict) -}}
{{- if $annotations -}}
{{- $_ := set $metadata "annotations" $annotations -}}
{{- end -}}
{{- $_ := set $metadata "labels" (merge $metadata.labels ($own.labels | default dict)) -}}
{{- range list "nodeSelector" "tolerations" "affinity" "priorityClassName" "topologySpreadConstraints" -}}
{{- $field := . -}}
{{- with get $own $field -}}
{{- $_ := set $pod $field . -}}
{{- end -}}
{{- end -}}
{{- with $values.terminationGracePeriodSeconds -}}
{{- $_ := set $pod "terminationGracePeriodSeconds" . -}}
{{- end -}}
{{- with $root.Values.image.pullSecrets -}}
{{- $_ := set $pod "imagePullSecrets" . -}}
{{- end -}}
{{- $_ := set $pod "serviceAccountName" $root.Values.serviceAccount.name -}}
{{- $usesCa := and $root.Values.caBundle.configMap (ne (first $pod.containers).name "web") -}}
{{- if $usesCa -}}
{{- $source := dict "name" $root.Values.caBundle.configMap "items" (list (dict "key" $root.Values.caBundle.key "path" "ca.crt")) -}}
{{- $_ := set $pod "volumes" (append ($pod.volumes | default list) (dict "name" "ca" "configMap" $source)) -}}
{{- end -}}
{{- range concat ($pod.initContainers | default list) $pod.containers -}}
{{- include "parley.patchContainer" (dict "root" $root "container" . "usesCa" $usesCa) -}}
{{- end -}}
{{- $main := first $pod.containers -}}
{{- $_ := set $main "resources" $values.resources -}}
{{- with $values.extraEnv -}}
{{- $_ := set $main "env" (concat ($main.env | default list) .) -}}
{{- end -}}
{{- end -}}

{{/* Sets image, Secrets and CA bundle of a container of the base, and prints nothing. Input: `root`, `container` and `usesCa`. */}}
{{- define "parley.patchContainer" -}}
{{- $root := .root -}}
{{- $container := .container -}}
{{- $_ := set $container "image" (include "parley.image" (list $root (trimPrefix "parley/" $container.image))) -}}
{{- $_ := set $container "imagePullPolicy" $root.Values.image.pullPolicy -}}
{{- $secrets := $root.Values.secrets -}}
{{- range $container.env -}}
{{- $key := .valueFrom.secretKeyRef -}}
{{- $own := get (dict "DATABASE_URL" $secrets.databaseUrl "REDIS_URL" $secrets.redisUrl) $key.key -}}
{{- if and $own $own.name -}}
{{- $_ := set $key "name" $own.name -}}
{{- $_ := set $key "key" $own.key -}}
{{- else -}}
{{- $_ := set $key "name" $secrets.name -}}
{{- end -}}
{{- end -}}
{{- if .usesCa -}}
{{- $path := "/etc/parley/ca/ca.crt" -}}
{{- $_ := set $container "env" (append $container.env (dict "name" "NODE_EXTRA_CA_CERTS" "value" $path)) -}}
{{- $mount := dict "name" "ca" "mountPath" (dir $path) "readOnly" true -}}
{{- $_ := set $container "volumeMounts" (append ($container.volumeMounts | default list) $mount) -}}
{{- end -}}
{{- end -}}
