// URLs of receivers, as strangers write them. Oracle: what is taken holds
// nothing that another reader may read otherwise, and reads the same again once
// it is written out in full.
#include "common/base/web_url.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "oracle.h"

namespace smsweb::fuzz {
namespace {

bool IsHarmless(const WebUrl& url) {
  const std::string all = url.host + url.path + url.query;
  return std::ranges::all_of(all,
                             [](unsigned char c) {
                               return c > ' ' && c < 0x7F && c != '\\' &&
                                      c != '#' && c != '"';
                             }) &&
         url.host.find_first_of("@/?%") == std::string::npos &&
         url.path.starts_with('/') &&
         url.path.find("/../") == std::string::npos &&
         !url.path.ends_with("/..");
}

void Check(std::string_view text) {
  const auto url = ParseWebUrl(text);
  if (!url) return;
  Require(text.size() <= kLongestWebUrl, "no URL is too long");
  Require(IsHarmless(*url), "what is taken is plain");
  Require(url->Covers(*url), "a URL is below itself");
  std::string whole = url->Origin() + url->path;
  if (!url->query.empty()) whole += "?" + url->query;
  if (whole.size() > kLongestWebUrl) return;  // the port was not written
  const auto again = ParseWebUrl(whole);
  Require(again && again->Origin() == url->Origin() &&
              again->path == url->path && again->query == url->query,
          "a URL reads back");
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  smsweb::fuzz::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
