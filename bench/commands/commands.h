// The commands of smsweb-bench. Each has its options, a function that declares
// them for the command line, and one that does it: the exit code. A command is
// a file.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/commands/surroundings.h"

namespace smsweb::bench {

// Exit code of a measurement that was made, and in which something failed that
// must not: a request, a message, a trial of the 252, one request at a time.
inline constexpr int kExitSomethingFailed = 3;

// --web-workers, --endpoints, --connections.
void DeclareSizes(CLI::App& app, int& web_workers, int& endpoints,
                  std::uint64_t& connections);
SetupOptions OptionsFor(const Surroundings& surroundings);

struct ListOptions {
  std::string cases;  // folder; empty: the shipped ones
};
void Declare(CLI::App& app, ListOptions& options);
int RunList(const ListOptions& options, const Surroundings& surroundings);

struct RunOptions {
  std::vector<std::string> names;
  std::vector<std::string> setups;  // empty: as the case has them
  std::string url;
  std::vector<std::int64_t> rows;  // empty: as the case has them
  int repeat = 0;                  // 0: as the case has it
  std::string cases;
  std::string out;
  bool keep = false;
};
void Declare(CLI::App& app, RunOptions& options);
int RunRun(const RunOptions& options, const Surroundings& surroundings);

struct ReportOptions {
  std::string out;
  std::string from;           // a folder with results.json: only written anew
  std::string size = "full";  // full, quick, smoke
  std::string cases;
  std::vector<std::string> setups;
  double rate = 1;
  double seconds = 5;
  double wait = 10;
};
void Declare(CLI::App& app, ReportOptions& options);
int RunReport(const ReportOptions& options, const Surroundings& surroundings);

struct CeilingOptions {
  std::vector<std::string> setups;
  std::string url;
  std::string path = "/s.py?rcpt=089610707901&msg=pesan";
  std::uint64_t highest = 20'000;
  double resolution = 0.05;
  int web_workers = 0;
  int endpoints = 1;
  std::uint64_t connections = 0;
  bool reproduce_252 = false;
  bool json = false;
};
void Declare(CLI::App& app, CeilingOptions& options);
int RunCeiling(const CeilingOptions& options, const Surroundings& surroundings);

struct LoadOptions {
  std::string url;
  std::uint64_t requests = 0;
  std::uint64_t concurrency = 0;
  double rate = 0;
  std::string time;
  std::string timeout = "30s";
  std::string method = "GET";
  std::vector<std::string> headers;
  std::string body;
  std::uint64_t first_number = 0;
  bool keep_alive = false;
  bool together = false;
  int processes = 0;
  int sources = 0;
  bool json = false;
};
void Declare(CLI::App& app, LoadOptions& options);
int RunLoadCommand(const LoadOptions& options,
                   const Surroundings& surroundings);

struct DeliveryOptions {
  std::string setup{kShippedDesign};
  std::uint64_t messages = 20;
  bool burst = false;
  int modems = 1;
  std::string send_time = "3s";
  std::string report_delay = "2s";
  std::string modem;  // a real one
  std::string to;     // whom a real one writes to
  bool json = false;
};
void Declare(CLI::App& app, DeliveryOptions& options);
int RunDelivery(const DeliveryOptions& options,
                const Surroundings& surroundings);

struct PlanOptions {
  double rate = 1;
  double seconds = 5;
  double wait = 10;
  double share = 0.95;
  bool json = false;
};
void Declare(CLI::App& app, PlanOptions& options);
int RunPlan(const PlanOptions& options);

struct ServeOptions {
  std::string setup{kShippedDesign};
  int modems = 1;
  std::string send_time = "0";
  bool no_spooler = false;
  int web_workers = 0;
  int endpoints = 1;
  std::uint64_t connections = 0;
  double cores = 0;
  std::uint64_t memory_mb = 0;
};
void Declare(CLI::App& app, ServeOptions& options);
int RunServe(const ServeOptions& options, const Surroundings& surroundings);

}  // namespace smsweb::bench
