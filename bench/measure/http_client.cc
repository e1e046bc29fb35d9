#include "bench/measure/http_client.h"

#include <curl/curl.h>

#include "bench/load/micros.h"

namespace smsweb::bench {
namespace {

constexpr long kTimeoutSeconds = 60;

std::size_t Append(char* data, std::size_t, std::size_t size, void* body) {
  static_cast<std::string*>(body)->append(data, size);
  return size;
}

}  // namespace

HttpClient::HttpClient() : handle_(curl_easy_init()) {
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, Append);
}

HttpClient::~HttpClient() { curl_easy_cleanup(handle_); }

Result<HttpAnswer> HttpClient::Get(const std::string& url) {
  HttpAnswer answer;
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer.body);
  answer.sent_us = NowMicros();
  const CURLcode code = curl_easy_perform(handle_);
  answer.answered_us = NowMicros();
  if (code != CURLE_OK) {
    // Without the query, in which texts and keys may be.
    return Fail(ErrorKind::kUnavailable,
                url.substr(0, url.find('?')) + ": " + curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

std::string PercentEncoded(const std::string& text) {
  char* encoded =
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
  std::string result = encoded ? encoded : "";
  curl_free(encoded);
  return result;
}

}  // namespace smsweb::bench
