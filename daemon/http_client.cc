#include "daemon/http_client.h"

#include "common/base/module.h"

namespace smsweb {

Result<std::unique_ptr<HttpClient>> LoadHttpClient(const Clock& clock) {
  const auto make = LoadFromModule("smsweb-http.so", "smsweb_make_http_client");
  if (!make) return std::unexpected(make.error());
  std::unique_ptr<HttpClient> client(
      reinterpret_cast<HttpClient* (*)(const Clock&)>(*make)(clock));
  if (!client) return Fail(ErrorKind::kInternal, "libcurl can't be used");
  return client;
}

}  // namespace smsweb
