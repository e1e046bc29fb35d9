#include "cgi/plain_cgi.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "cgi/cgi_variables.h"

namespace smsweb {
namespace {

std::string_view EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::string_view(value) : std::string_view();
}

}  // namespace

Request ReadPlainCgiRequest(const PlanBody& plan_body) {
  Request request = RequestFromVariables(EnvironmentVariable);
  ReadBody(
      EnvironmentVariable("CONTENT_LENGTH"), plan_body,
      [](char* buffer, std::size_t size) -> std::size_t {
        for (;;) {
          const auto got = ::read(STDIN_FILENO, buffer, size);
          if (got >= 0) return static_cast<std::size_t>(got);
          if (errno != EINTR) return 0;
        }
      },
      &request);
  return request;
}

void WritePlainCgiResponse(const Response& response) {
  const std::string text = FormatCgi(response);
  std::size_t written = 0;
  while (written < text.size()) {
    const auto got =
        ::write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;  // the web server has gone away
    written += static_cast<std::size_t>(got);
  }
}

}  // namespace smsweb
