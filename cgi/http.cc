#include "cgi/http.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

// Bytes that came from outside may be no UTF-8; an answer always is.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Response JsonResponse(int status, const Json& body) {
  return JsonTextResponse(status, Dump(body));
}

Response JsonTextResponse(int status, std::string body) {
  body += '\n';
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

Response Problem(int status, std::string_view code, std::string_view detail) {
  return Problem(status, code, detail, Json::object());
}

Response Problem(int status, std::string_view code, std::string_view detail,
                 const Json& more) {
  Json body = {{"type", "about:blank"},
               {"title", ReasonPhrase(status)},
               {"status", status},
               {"code", code},
               {"detail", detail}};
  body.update(more);
  Response response{status,
                    {{"Content-Type", "application/problem+json"}},
                    Dump(body) + '\n'};
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response FieldProblem(std::string_view code, std::string_view field,
                      std::string_view detail) {
  return Problem(422, code, detail, Json{{"field", field}});
}

void SetRetryAfter(Response& response, Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  std::erase_if(response.headers, [](const auto& header) {
    return header.first == "Retry-After";
  });
  response.headers.emplace_back(
      "Retry-After",
      std::to_string(std::max<std::int64_t>(1, seconds.count())));
}

Response MethodNotAllowed(std::string_view allowed) {
  Response response = Problem(405, "method_not_allowed",
                              "this resource takes " + std::string(allowed));
  response.headers.emplace_back("Allow", std::string(allowed));
  return response;
}

bool IsRead(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool IsMediaType(std::string_view header, std::string_view type) {
  return header.starts_with(type) &&
         (header.size() == type.size() || header[type.size()] == ';' ||
          header[type.size()] == ' ');
}

std::string FormatCgi(const Response& response) {
  std::string text;
  text.reserve(512 + response.body.size());
  text += "Status: ";
  text += std::to_string(response.status);
  text += ' ';
  text += ReasonPhrase(response.status);
  text += "\r\n";
  for (const auto& [name, value] : response.headers) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  text += "Content-Length: ";
  text += std::to_string(response.body.size());
  text += "\r\n\r\n";
  text += response.body;
  return text;
}

}  // namespace smsweb
