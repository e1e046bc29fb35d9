#include "common/base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace smsweb {
namespace {

constexpr std::string_view kPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %n %v";

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool NeedsQuotes(std::string_view value) {
  return std::ranges::any_of(value, [](char c) {
    return c == ' ' || c == '=' || c == '"' || c == '\\' || IsControl(c);
  });
}

void AppendValue(std::string& line, std::string_view value) {
  if (!NeedsQuotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) {
    if (c == '\n') {
      line += "\\n";
    } else if (IsControl(c)) {
      line += ' ';
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
  }
  line += '"';
}

std::string MakeLine(std::string_view event, Logger::Fields fields) {
  std::string line(event);
  for (const LogField& field : fields) {
    if (field.value.empty()) continue;
    line += ' ';
    line += field.key;
    line += '=';
    AppendValue(line, field.value);
  }
  return line;
}

std::shared_ptr<spdlog::logger> Configure(
    std::shared_ptr<spdlog::logger> logger, const std::string& level) {
  logger->set_pattern(std::string(kPattern), spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

}  // namespace

Result<Logger> Logger::Open(const std::string& program,
                            const std::string& level, const std::string& file) {
  if (file.empty()) {
    return Logger(Configure(
        std::make_shared<spdlog::logger>(
            program, std::make_shared<spdlog::sinks::stderr_sink_mt>()),
        level));
  }
  try {
    return Logger(Configure(
        std::make_shared<spdlog::logger>(
            program, std::make_shared<spdlog::sinks::basic_file_sink_mt>(file)),
        level));
  } catch (const spdlog::spdlog_ex& error) {
    return Fail(ErrorKind::kUnavailable,
                file + ": can't open the log file: " + error.what());
  }
}

Logger Logger::Discard() {
  return Logger(std::make_shared<spdlog::logger>(
      "discard", std::make_shared<spdlog::sinks::null_sink_mt>()));
}

void Logger::Debug(std::string_view event, Fields fields) const {
  if (logger_->should_log(spdlog::level::debug)) {
    logger_->debug(MakeLine(event, fields));
  }
}

void Logger::Info(std::string_view event, Fields fields) const {
  if (logger_->should_log(spdlog::level::info)) {
    logger_->info(MakeLine(event, fields));
  }
}

void Logger::Warning(std::string_view event, Fields fields) const {
  logger_->warn(MakeLine(event, fields));
}

void Logger::Error(std::string_view event, Fields fields) const {
  logger_->error(MakeLine(event, fields));
}

}  // namespace smsweb
