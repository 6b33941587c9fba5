#include "args.h"

#include <limits.h>
#include <string.h>

bool args_take(napi_env env, napi_callback_info info, size_t count, napi_value *args) {
  size_t got = count;
  return napi_get_cb_info(env, info, &got, args, NULL, NULL) == napi_ok && got == count;
}

bool arg_integer(napi_env env, napi_value value, int64_t min, int64_t max, int64_t *out) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return false;
  /* Written so that NaN fails; the limits are far below 2^53, so the cast is exact. */
  if (!(number >= (double)min && number <= (double)max)) return false;
  *out = (int64_t)number;
  return (double)*out == number;
}

bool arg_fd(napi_env env, napi_value value, int *out) {
  int64_t fd;
  if (!arg_integer(env, value, 0, INT_MAX, &fd)) return false;
  *out = (int)fd;
  return true;
}

bool arg_bool(napi_env env, napi_value value, bool *out) {
  return napi_get_value_bool(env, value, out) == napi_ok;
}

bool arg_view(napi_env env, napi_value value, napi_typedarray_type kind, size_t min_len,
              struct view *out) {
  bool typed = false;
  if (napi_is_typedarray(env, value, &typed) != napi_ok || !typed) return false;
  napi_typedarray_type found;
  if (napi_get_typedarray_info(env, value, &found, &out->len, &out->data, NULL, NULL) != napi_ok)
    return false;
  /* A detached array has length 0 and no data. */
  return found == kind && out->len >= min_len && (out->data != NULL || min_len == 0);
}

bool arg_text(napi_env env, napi_value value, char *out, size_t size) {
  size_t len;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &len) != napi_ok) return false;
  if (len == 0 || len >= size) return false;
  memset(out, 0, size);
  return napi_get_value_string_utf8(env, value, out, size, &len) == napi_ok && strlen(out) == len;
}

bool option_bool(napi_env env, napi_value object, const char *key, bool optional, bool *out) {
  napi_value value;
  napi_valuetype type;
  if (napi_get_named_property(env, object, key, &value) != napi_ok) return false;
  if (napi_typeof(env, value, &type) != napi_ok) return false;
  *out = false;
  return (optional && type == napi_undefined) || arg_bool(env, value, out);
}

bool option_text(napi_env env, napi_value object, const char *key, char *out, size_t size) {
  napi_value value;
  return napi_get_named_property(env, object, key, &value) == napi_ok &&
         arg_text(env, value, out, size);
}
