// Structured logs, a line an event: time, level, program, the event in words,
// then its fields as in logfmt:
//
//   2026-11-23T07:16:48.123Z info smswebd part id=0192... modem=sim-1 part=1
//
// A field without a value is left out. Fields never hold the text of a message,
// a code, a PIN or a key.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/base/error.h"

namespace spdlog {
class logger;
}

namespace smsweb {

struct LogField {
  template <typename T>
  LogField(std::string_view key_in, const T& value_in) : key(key_in) {
    if constexpr (std::is_arithmetic_v<T>) {
      value = std::to_string(value_in);
    } else {
      value = std::string(value_in);
    }
  }
  std::string_view key;
  std::string value;
};

class Logger {
 public:
  using Fields = std::initializer_list<LogField>;

  // `level` is "debug", "info", "warning" or "error"; an empty `file` is
  // standard error. kUnavailable if the file can't be opened.
  static Result<Logger> Open(const std::string& program,
                             const std::string& level, const std::string& file);
  static Logger Discard();  // for tests

  void Debug(std::string_view event, Fields fields = {}) const;
  void Info(std::string_view event, Fields fields = {}) const;
  void Warning(std::string_view event, Fields fields = {}) const;
  void Error(std::string_view event, Fields fields = {}) const;

 private:
  explicit Logger(std::shared_ptr<spdlog::logger> logger)
      : logger_(std::move(logger)) {}
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace smsweb
