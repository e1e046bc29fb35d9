// What a command ends with: a report, or a failure. Both are shown either to a
// person or, with --json, to a program.
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.h"

namespace smsweb::ctl {

using Json = nlohmann::ordered_json;

// The exit codes of smsweb, the same for every command.
enum class ExitCode : std::uint8_t {
  kDone = 0,
  kUnavailable = 1,  // the service can't: the queue is locked, full, not there
  kUsage = 2,        // the command line or the configuration is wrong
  kNotFound = 3,     // there is no such message, key, verification
  kRefused = 4,      // the input can't be sent, or looked for; it is too late
  kDamaged = 5,      // the queue's file is damaged
};

struct Failure {
  ExitCode exit = ExitCode::kUnavailable;
  std::string code;     // stable, for programs; the endpoint's where it has one
  std::string message;  // for people; never a text
  Json details = Json::object();
};

struct Report {
  std::string text;  // whole lines, for standard output
  Json json;
  std::string note;  // for people, beside the output: what else to know
  ExitCode exit = ExitCode::kDone;  // else what was done was not all
};

using Outcome = std::expected<Report, Failure>;

// A line more of what else to know.
inline void AddNote(Report& report, std::string_view note) {
  if (note.empty()) return;
  if (!report.note.empty()) report.note += '\n';
  report.note += note;
}

inline std::unexpected<Failure> Fail(ExitCode exit, std::string code,
                                     std::string message,
                                     Json details = Json::object()) {
  return std::unexpected(
      Failure{exit, std::move(code), std::move(message), std::move(details)});
}

inline std::unexpected<Failure> FailUsage(std::string message) {
  return Fail(ExitCode::kUsage, "usage", std::move(message));
}

// An error of the queue's. `not_found`: the code where what was looked for is
// not there.
inline Failure StoreFailure(const Error& error, const char* not_found,
                            Json details = Json::object()) {
  Failure failure{ExitCode::kUnavailable, "store_unavailable", error.message,
                  std::move(details)};
  if (error.kind == ErrorKind::kNotFound) {
    failure.exit = ExitCode::kNotFound;
    failure.code = not_found;
  } else if (error.kind == ErrorKind::kInternal) {
    failure.code = "internal";
  }
  return failure;
}

inline std::unexpected<Failure> FailStore(
    const Error& error, const char* not_found = "message_not_found") {
  return std::unexpected(StoreFailure(error, not_found));
}

}  // namespace smsweb::ctl
