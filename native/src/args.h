/* Arguments from JavaScript, checked. Each function returns false for a value of another kind or out
 * of range and leaves no exception pending. */
#ifndef MAPD_ARGS_H
#define MAPD_ARGS_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view on a typed array's elements; valid until control returns to JavaScript. */
struct view {
  void *data;
  size_t len; /* elements */
};

/* False unless exactly `count` arguments came. */
bool args_take(napi_env env, napi_callback_info info, size_t count, napi_value *args);

/* A whole number in [min, max]; NaN, fractions and infinities are refused. */
bool arg_integer(napi_env env, napi_value value, int64_t min, int64_t max, int64_t *out);
bool arg_fd(napi_env env, napi_value value, int *out);
bool arg_bool(napi_env env, napi_value value, bool *out);
/* UTF-8 text of 1 to size - 1 bytes without NUL, zero-padded to `size`. */
bool arg_text(napi_env env, napi_value value, char *out, size_t size);

/* A typed array of this very kind with at least `min_len` elements. */
bool arg_view(napi_env env, napi_value value, napi_typedarray_type kind, size_t min_len,
              struct view *out);

/* Properties of an options object; a missing optional boolean is false. */
bool option_bool(napi_env env, napi_value object, const char *key, bool optional, bool *out);
bool option_text(napi_env env, napi_value object, const char *key, char *out, size_t size);

#endif
