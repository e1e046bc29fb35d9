// The results of measurements, as data: there and back, and what is said of
// them.
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "bench/results/results.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

LatencyHistogram Latency() {
  LatencyHistogram latency;
  latency.Record(1500, 3);
  latency.Record(90'000, 1);
  return latency;
}

RunRecord RunOf(std::uint64_t succeeded, double seconds) {
  RunRecord run;
  run.succeeded = succeeded;
  run.seconds = seconds;
  return run;
}

RowRecord RowOf(const std::vector<double>& goodput) {
  RowRecord row;
  for (const double each : goodput) {
    row.runs.push_back(RunOf(1000, each > 0 ? 1000 / each : 0));
  }
  return row;
}

// With something in every kind of field.
Results Example() {
  Results results;
  results.began = "2026-11-26T10:00:00.000Z";
  results.took_seconds = 612.5;
  results.version = "0.1.0";
  results.machine.cores = 2;
  results.machine.memory = 18'446'744'073'709'551'615U;
  results.machine.versions = {{"nginx", "1.22.1"}};
  RunRecord run = RunOf(204, 2);
  run.tool = "ab";
  run.statuses = {{202, 204}, {500, 48}};
  run.faults = {{"connect refused", 1}};
  run.latency = Latency();
  run.peak.cpu_percent = 53.8;
  run.cpu_seconds = {{"endpoint", 0.25}};
  RowRecord row{.requests = 252, .concurrency = 252, .runs = {run}};
  RowRecord skipped{.requests = 1'000'000, .skipped = "ab refuses it"};
  results.cases.push_back({.name = "table-3",
                           .setup = "nginx-fastcgi",
                           .sizes = {{"backlog", -1}},
                           .commands = {"nginx -c nginx.conf"},
                           .rows = {row, skipped}});
  results.deliveries.push_back({.messages = 9, .to_network = Latency()});
  results.ceilings.push_back(
      {.highest = 4096,
       .steps = {{.concurrency = 1, .peak_connected = 1, .goodput = 0.5}},
       .evidence = {"one", "two"}});
  results.reproduction = Reproduction{
      .trials = {{.concurrency = 252, .completed = true, .expected = true}}};
  return results;
}

nlohmann::ordered_json ExampleJson() { return ToJson(Example()); }

std::string Complaint(const nlohmann::ordered_json& json) {
  const auto results = ResultsFromJson(json);
  return results ? "" : results.error().message;
}

std::filesystem::path FileWith(std::string_view text) {
  const auto file =
      std::filesystem::temp_directory_path() /
      ("bench_results_test." + std::to_string(getpid()) + ".json");
  std::ofstream(file) << text;
  return file;
}

TEST_CASE("Results come back from JSON as they were") {
  const auto json = ExampleJson();
  const auto back = ResultsFromJson(json);
  REQUIRE(back);
  CHECK(ToJson(*back) == json);
  const RunRecord& run = back->cases.at(0).rows.at(0).runs.at(0);
  CHECK(run.statuses.at(500) == 48);
  CHECK(run.latency.ToText() == Latency().ToText());
  CHECK(back->machine.memory == 18'446'744'073'709'551'615U);
  CHECK(back->cases[0].sizes.at("backlog") == -1);
  CHECK(back->cases[0].rows[1].skipped == "ab refuses it");
  CHECK(back->ceilings.at(0).evidence ==
        std::vector<std::string>{"one", "two"});
  CHECK(back->reproduction->AsSaid());
}

TEST_CASE("No reproduction is told from an empty one") {
  Results results;
  CHECK(ToJson(results)["reproduction"].is_null());
  CHECK_FALSE(ResultsFromJson(ToJson(results))->reproduction);
}

TEST_CASE("JSON keeps the order of the fields, the format's number first") {
  const std::string text = ExampleJson().dump();
  CHECK(text.starts_with(R"({"format":1,"began":"2026-11-26T10:00:00.000Z")"));
  CHECK(text.find("\"machine\"") < text.find("\"cases\""));
  CHECK(text.find("\"latency\":\"" + Latency().ToText() + "\"") !=
        std::string::npos);
}

TEST_CASE("What is wrong in results is named by its field") {
  auto json = ExampleJson();
  SECTION("a field that is missing") {
    json["cases"][0]["rows"][1].erase("requests");
    CHECK(Complaint(json) == "cases[0].rows[1].requests: is missing");
  }
  SECTION("a number below 0") {
    json["cases"][0]["rows"][0]["runs"][0]["lost"] = -1;
    CHECK(Complaint(json) ==
          "cases[0].rows[0].runs[0].lost: must be a whole number from 0 to "
          "18446744073709551615");
  }
  SECTION("a number too large for its field") {
    json["machine"]["cores"] = 3'000'000'000;
    CHECK(Complaint(json).starts_with(
        "machine.cores: must be a whole number from -2147483648"));
  }
  SECTION("a text for a number") {
    json["took_seconds"] = "long";
    CHECK(Complaint(json) == "took_seconds: must be a number");
  }
  SECTION("a number for a text") {
    json["ceilings"][0]["evidence"][1] = 2;
    CHECK(Complaint(json) == "ceilings[0].evidence[1]: must be a text");
  }
  SECTION("a number for a flag") {
    json["reproduction"]["trials"][0]["completed"] = 1;
    CHECK(Complaint(json) ==
          "reproduction.trials[0].completed: must be true or false");
  }
  SECTION("a list for an object, and the other way round") {
    json["machine"] = nlohmann::ordered_json::array();
    CHECK(Complaint(json) == "machine: must be an object");
    json = ExampleJson();
    json["cases"] = nlohmann::ordered_json::object();
    CHECK(Complaint(json) == "cases: must be a list");
  }
  SECTION("a status that is no number") {
    json["cases"][0]["rows"][0]["runs"][0]["statuses"] = {{"20x", 1}};
    CHECK(Complaint(json) ==
          "cases[0].rows[0].runs[0].statuses.20x: must be a number's name");
  }
  SECTION("a histogram that is none") {
    json["deliveries"][0]["to_network"] = "1500;3";
    CHECK(Complaint(json).starts_with("deliveries[0].to_network: "));
  }
  SECTION("another format") {
    json["format"] = 2;
    CHECK(Complaint(json).starts_with("format: must be 1"));
    json.erase("format");
    CHECK(Complaint(json).starts_with("format: is missing"));
    CHECK(Complaint(nullptr).starts_with("format: is missing"));
  }
}

TEST_CASE("A file of results is read as it was written") {
  const auto file = FileWith("");
  REQUIRE(WriteResults(Example(), file));
  const auto back = ReadResults(file);
  REQUIRE(back);
  CHECK(ToJson(*back) == ExampleJson());
  std::filesystem::remove(file);
}

TEST_CASE(
    "A log's line that is no UTF-8 does not stop results from being written") {
  Results results = Example();
  results.ceilings[0].evidence = {"caf\xE9 \x1b[2J"};
  const auto file = FileWith("");
  REQUIRE(WriteResults(results, file));
  CHECK(ReadResults(file)->ceilings[0].evidence ==
        std::vector<std::string>{"caf\uFFFD \x1b[2J"});
  std::filesystem::remove(file);
}

TEST_CASE("An error in a file names the file") {
  const auto file = FileWith("{\"format\": 1, \"began\": 7}");
  CHECK(ReadResults(file).error().message ==
        file.string() + ": began: must be a text");
  FileWith("{\"format\"");
  CHECK(ReadResults(file).error().message == file.string() + ": is no JSON");
  std::filesystem::remove(file);
  CHECK(ReadResults(file).error().kind == ErrorKind::kNotFound);
  const auto nowhere = WriteResults({}, "/nonexistent/results.json");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message.starts_with("/nonexistent/results.json: "));
}

TEST_CASE("Answers with any status are requests/s; 2xx alone are goodput") {
  RunRecord run = RunOf(52, 92.728);  // the paper's fifth row
  run.non_2xx = 198;
  run.failed = 7;
  CHECK(run.PerSecond() == Approx(2.70).epsilon(0.002));
  CHECK(run.Goodput() == Approx(0.56).epsilon(0.002));
  CHECK(RunOf(1, 0).PerSecond() == 0);
}

TEST_CASE("What is lost is known only where it was counted, and all had 2xx") {
  RunRecord run = RunOf(252, 1);
  CHECK(LostText(run) == "?");
  run.counted = true;
  run.lost = 3;
  CHECK(LostText(run) == "3");
  run.failed = 1;
  CHECK(LostText(run) == "3 or more");
}

TEST_CASE("Runs agree whose goodput lies within the band") {
  CHECK(Spread(RowOf({})) == 0);
  CHECK(Spread(RowOf({700})) == 0);
  CHECK(Spread(RowOf({100, 110, 90})) == Approx(0.2));
  CHECK(Spread(RowOf({100, 120})) == Approx(20.0 / 110));
  CHECK(Agrees(RowOf({100, 110, 90})));
  CHECK_FALSE(Agrees(RowOf({100, 140})));
  CHECK(Agrees(RowOf({0, 0})));
  CHECK(std::isinf(Spread(RowOf({0, 0, 5}))));
  CHECK_FALSE(Agrees(RowOf({0, 0, 5})));
}

TEST_CASE(
    "Runs of the same requests agree that took the same but for moments") {
  RowRecord row{.requests = 252, .runs = {RunOf(252, 0.03), RunOf(252, 0.09)}};
  CHECK_FALSE(IsWithinBand(row));
  CHECK(Agrees(row));
  row.runs[1].succeeded = 251;
  CHECK_FALSE(Agrees(row));
  row.runs[1] = RunOf(252, 0.14);
  CHECK_FALSE(Agrees(row));
  row = {.seconds = 1, .runs = {RunOf(100, 1.0), RunOf(200, 1.0)}};
  CHECK_FALSE(Agrees(row));
}

TEST_CASE("A machine is noisy that others use, before, after or from outside") {
  CHECK_FALSE(IsNoisy({.busy_before = 0.05, .busy_after = 0.01}));
  CHECK(IsNoisy({.busy_before = 0.06}));
  CHECK(IsNoisy({.busy_after = 0.06}));
  CHECK(IsNoisy({.stolen = 0.06}));
}

TEST_CASE(
    "252 is as said when every trial came out as expected, and there was one") {
  CHECK_FALSE(Reproduction{}.AsSaid());
  Reproduction reproduction{
      .trials = {{.completed = true, .expected = true},
                 {.completed = false, .expected = false}}};
  CHECK(reproduction.AsSaid());
  reproduction.trials.push_back({.completed = true, .expected = false});
  CHECK_FALSE(reproduction.AsSaid());
}

}  // namespace
}  // namespace smsweb::bench
