// Set-ups under test, without the programs: files made to fit a place, sizes
// read back, options that are refused, what is missing.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "bench/setup/board.h"
#include "bench/setup/directives.h"
#include "bench/setup/files.h"
#include "bench/setup/kinds.h"
#include "bench/setup/loopback.h"
#include "bench/setup/options.h"
#include "bench/setup/private_folder.h"
#include "bench/setup/queue_count.h"
#include "bench/setup/scratch.h"
#include "bench/setup/smsweb_toml.h"
#include "bench/setup/values.h"
#include "bench/setup/versions.h"
#include "bench/setup/web_server.h"
#include "catch.h"
#include "common/base/random.h"
#include "common/base/read_file.h"
#include "common/store/sqlite_store.h"

namespace smsweb::bench {
namespace {

namespace fs = std::filesystem;

// Where the shipped configurations are.
const fs::path kCheckout = fs::path(SMSWEB_BENCH).parent_path();

// A private folder of ourselves, whoever we are.
struct Place {
  Place() {
    std::string name = fs::temp_directory_path() / "bench-setup-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    parent = name;
    auto made = PrivateFolder::Make(parent, std::nullopt, false);
    REQUIRE(made.has_value());
    folder.emplace(std::move(*made));
    for (const char* sub : {"web", "log", "state"}) {
      REQUIRE(folder->MakeFolder(sub).has_value());
    }
  }
  ~Place() {
    folder.reset();
    fs::remove_all(parent);
  }
  const Layout& layout() const { return folder->layout(); }
  std::string Text(const fs::path& path) const {
    return ReadFile(layout().folder / path).value();
  }
  WebPlan Plan(const std::string& kind) {
    return {.options = options,
            .parts = PartsOf(*FindSetup(kind)),
            .folder = *folder,
            .port = 12345,
            .descriptors = 20'000};
  }

  fs::path parent;
  std::optional<PrivateFolder> folder;
  SetupOptions options{.shared = kCheckout};
};

bool Says(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string ReplacedIn(std::string_view text, const Values& values) {
  std::set<std::string> found;
  return Replaced(text, values, found);
}

// --- Values

TEST_CASE("A value is replaced as a whole, wherever it stands") {
  const Values values = {{"/run/cgi.sock", "/x/cgi.sock"}, {"user www;", ""}};
  const auto [text, made] = GENERATE(table<std::string, std::string>({
      {"server unix:/run/cgi.sock;\n", "server unix:/x/cgi.sock;\n"},
      {"a /run/cgi.sock b /run/cgi.sock", "a /x/cgi.sock b /x/cgi.sock"},
      {"/run/cgi.socket", "/run/cgi.socket"},
      {"user www;\npid 1;\n", "\npid 1;\n"},
      {"superuser www;\n", "superuser www;\n"},
      {"\n\n", "\n\n"},
      {"", ""},
  }));
  CHECK(ReplacedIn(text, values) == made);
}

TEST_CASE("A comment stays as it is, and counts for nothing") {
  std::set<std::string> found;
  const std::string text = "  # port 8080\n; port 8080\n";
  CHECK(Replaced(text, {{"8080", "9"}}, found) == text);
  CHECK(found.empty());
}

TEST_CASE("Of two values that begin alike the longer one counts") {
  const Values values = {{"/var/log", "/a"}, {"/var/log/nginx", "/b"}};
  CHECK(ReplacedIn("x /var/log/nginx/e y /var/log/z", values) ==
        "x /b/e y /a/z");
}

TEST_CASE("What was put in is not looked at again") {
  const Values values = {{"/run/x", "/var/lib/nginx/x"},
                         {"/var/lib/nginx", "/state"}};
  CHECK(ReplacedIn("/run/x /var/lib/nginx", values) ==
        "/var/lib/nginx/x /state");
}

TEST_CASE("A value that a shipped file no longer has is an error") {
  Place place;
  const fs::path file = place.parent / "a.conf";
  std::ofstream(file) << "listen 127.0.0.1:80;\n# user www-data;\n";
  const auto done = CopyReplaced(
      {file}, "web", {{"127.0.0.1:80", "x"}, {"user www-data;", ""}},
      *place.folder);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().kind == ErrorKind::kInvalid);
  CHECK(Says(done.error().message, "no longer says \"user www-data;\""));
}

TEST_CASE("A value needs to be in one of the files, not in each") {
  Place place;
  std::ofstream(place.parent / "a.conf") << "port 1;\n";
  std::ofstream(place.parent / "b.conf") << "log 2;\n";
  const auto done = CopyReplaced(
      {place.parent / "a.conf", place.parent / "b.conf"}, "web",
      {{"port 1;", "port 7;"}, {"log 2;", "log 8;"}}, *place.folder);
  REQUIRE(done.has_value());
  CHECK(place.Text("web/a.conf") == "port 7;\n");
  CHECK(place.Text("web/b.conf") == "log 8;\n");
}

// --- The web servers' files, as shipped

TEST_CASE("nginx gets the shipped files with its own place in them") {
  Place place;
  const auto web = PrepareNginx(place.Plan("nginx-fastcgi-unkept"));
  REQUIRE(web.has_value());
  const std::string conf = place.Text("web/nginx.conf");
  CHECK(Says(conf, "\n    include smsweb-unkept.conf;"));
  CHECK(Says(conf, "\npid " + (place.layout().State() / "nginx.pid").string()));
  CHECK_FALSE(Says(conf, "\nuser "));
  const std::string site = place.Text("web/smsweb-unkept.conf");
  CHECK(Says(site, "listen 127.0.0.1:12345 backlog=4096;"));
  CHECK(Says(site, "server unix:" + place.layout().Endpoint(1).string()));
  CHECK(web->sizes.at("worker_connections") == 16384);
  CHECK(web->sizes.at("backlog") == 4096);
  CHECK(web->sizes.at("worker_processes") >= 1);
  CHECK_FALSE(web->sizes.contains("keepalive"));
}

TEST_CASE("nginx takes workers, connections and several smsweb-cgi") {
  Place place;
  place.options.web_workers = 5;
  place.options.connections = 1000;
  place.options.endpoints = 2;
  const auto web = PrepareNginx(place.Plan("nginx-fastcgi"));
  REQUIRE(web.has_value());
  CHECK(web->sizes.at("worker_processes") == 5);
  CHECK(web->sizes.at("worker_connections") == 1000);
  CHECK(web->sizes.at("worker_rlimit_nofile") == 1064);
  CHECK(web->sizes.at("keepalive") == 128);
  const std::string site = place.Text("web/smsweb.conf");
  for (const int number : {1, 2}) {
    CHECK(Says(site, "server unix:" + place.layout().Endpoint(number).string() +
                         " max_fails=0;"));
  }
  CHECK(Says(site, "listen 127.0.0.1:12345 reuseport backlog=4096;"));
  const std::string common = place.Text("web/smsweb-common.inc");
  CHECK(Says(common, "\nclient_header_timeout 600s;"));
  CHECK(Says(common, "\nfastcgi_read_timeout 600s;"));
}

TEST_CASE("nginx is not told of more descriptors than it may have") {
  Place place;
  place.options.connections = 30'000;
  const auto web = PrepareNginx(place.Plan("nginx-fastcgi"));
  REQUIRE(web.has_value());
  CHECK(web->sizes.at("worker_rlimit_nofile") == 20'000);
}

TEST_CASE("Apache gets its way and its place by defines") {
  Place place;
  const auto web = PrepareApache(place.Plan("apache-fcgid"));
  REQUIRE(web.has_value());
  const auto& words = web->command.arguments;
  const auto has = [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  };
  CHECK(has("Define smsweb_way fcgid"));
  CHECK(has("Define smsweb_listen 127.0.0.1:12345"));
  CHECK(fs::exists(place.layout().Web() / "smsweb-fcgid.conf"));
  CHECK(web->sizes.at("MaxRequestWorkers") == 16);
  CHECK(web->sizes.at("FcgidMaxProcesses") == 16);
}

TEST_CASE("uWSGI and lighttpd get the files beside the set-ups") {
  Place place;
  const auto uwsgi = PrepareUwsgi(place.Plan("uwsgi-cgi"));
  REQUIRE(uwsgi.has_value());
  const std::string ini = place.Text("web/uwsgi.ini");
  CHECK(Says(ini, "\nhttp-socket = 127.0.0.1:12345\n"));
  CHECK(Says(ini, "\ncgi = " + place.layout().Program("smsweb-cgi").string()));
  CHECK(uwsgi->sizes.at("processes") == 32);
  const auto lighttpd = PrepareLighttpd(place.Plan("lighttpd-fastcgi"));
  REQUIRE(lighttpd.has_value());
  CHECK(Says(place.Text("web/lighttpd.conf"), "\nserver.port = 12345\n"));
  CHECK(lighttpd->sizes.at("server.max-connections") == 8192);
}

TEST_CASE("lighttpd is told how many descriptors it has") {
  Place place;
  WebPlan plan = place.Plan("lighttpd-fastcgi");
  plan.descriptors = 256;
  const auto web = PrepareLighttpd(plan);
  REQUIRE(web.has_value());
  CHECK(web->sizes.at("server.max-fds") == 256);
  CHECK(web->sizes.at("server.max-connections") == 128);
}

// --- Sizes

TEST_CASE("A size is read as each web server writes it") {
  const auto [text, name, size] =
      GENERATE(table<std::string, std::string, std::optional<int>>({
          {"    worker_connections 16384;", "worker_connections", 16384},
          {"MaxRequestWorkers    32\n", "MaxRequestWorkers", 32},
          {"listen = 4096", "listen", 4096},
          {"server.max-fds=16384", "server.max-fds", 16384},
          {"listen 127.0.0.1:8080 backlog=4096;", "backlog", 4096},
          {"keepalive_requests 100;\nkeepalive 128;", "keepalive", 128},
          {"# threads = 2\n; threads = 3\nthreads = 4", "threads", 4},
          {"worker_processes auto;", "worker_processes", std::nullopt},
          {"FcgidMaxProcessesPerClass 16", "FcgidMaxProcesses", std::nullopt},
          {"x-listen = 4", "listen", std::nullopt},
          {"", "listen", std::nullopt},
      }));
  INFO(text);
  CHECK(SizeIn(text, name) == size);
}

// --- smsweb.toml

std::map<std::string, std::int64_t> SizesOf(const Place& place) {
  const fs::path file = place.layout().Config();
  std::ofstream(file) << SmswebToml(place.options, place.layout());
  const auto sizes = SmswebSizes(file);
  REQUIRE(sizes.has_value());
  return *sizes;
}

TEST_CASE("smsweb's configuration is one that it takes, with its own sizes") {
  Place place;
  place.options.modems = 3;
  CHECK(SizesOf(place).at("endpoint.max_connections") == 16384);
  const std::string text = SmswebToml(place.options, place.layout());
  CHECK(Says(text, "trusted_networks = [\"127.0.0.0/8\"]"));
  CHECK(Says(text, "name = \"sim-3\""));
  CHECK(Says(text, "spawn = false"));
  CHECK(Says(text, "report = false"));
}

TEST_CASE("As many requests may wait for the disk as there are connections") {
  Place place;
  place.options.connections = 19'000;
  CHECK(SizesOf(place).at("endpoint.max_connections") == 19'000);
  CHECK(SizesOf(place).at("endpoint.max_waiting") == 19'000);
  place.options.connections = 100;
  CHECK(SizesOf(place).at("endpoint.max_waiting") == 10'000);
}

TEST_CASE("A real modem takes the place of the simulated ones, and is traced") {
  Place place;
  place.options.device = "/dev/serial/by-id/usb-\"x\"";
  place.options.reports = true;
  SizesOf(place);
  const std::string text = SmswebToml(place.options, place.layout());
  CHECK(Says(text, R"(device = "/dev/serial/by-id/usb-\"x\"")"));
  CHECK(Says(text, "trace = "));
  CHECK(Says(text, "level = \"info\""));
  CHECK(Says(text, "report = true"));
  CHECK_FALSE(Says(text, "sim-"));
}

// --- Kinds and options

TEST_CASE("Set-ups are found by their names") {
  for (const SetupKind& kind : SetupKinds()) {
    CHECK(FindSetup(kind.name) == &kind);
  }
  CHECK(SetupKinds().size() == 9);
  CHECK(FindSetup("nginx") == nullptr);
}

TEST_CASE("What is missing is named with its package") {
  const SetupKind& fcgid = *FindSetup("apache-fcgid");
  CHECK(WhatIsMissing(fcgid, [](std::string_view) { return true; }).empty());
  const auto no_module = [](std::string_view what) {
    return !what.ends_with("mod_fcgid.so");
  };
  const std::string missing = WhatIsMissing(fcgid, no_module);
  CHECK(Says(missing, "mod_fcgid.so is not installed"));
  CHECK(Says(missing, "apt install libapache2-mod-fcgid"));
}

TEST_CASE("Each package that a set-up names is one that it needs") {
  for (const SetupKind& kind : SetupKinds()) {
    for (const Need& need : PartsOf(kind).needs) {
      INFO(kind.name << ": " << need.what);
      CHECK(kind.packages.find(need.package) != kind.packages.npos);
    }
  }
}

TEST_CASE("An option that a set-up has not is refused, with the reason") {
  struct Row {
    std::string kind;
    SetupOptions options;
    std::string says;
  };
  const auto row = GENERATE(values<Row>({
      {"apache-cgi", {.endpoints = 2}, "endpoints"},
      {"lighttpd-fastcgi", {.connections = 9}, "connections"},
      {"uwsgi-cgi", {.web_workers = 1}, "web_workers"},
      {"paper", {.modems = 2}, "modems"},
      {"paper", {.spooler = false}, "s.py starts main.py by itself"},
      {"paper", {.reports = true}, "reports"},
      {"nginx-fastcgi", {.modems = 0}, "modems"},
      {"nginx-fastcgi", {.modems = 2, .device = "/dev/x"}, "modems"},
      {"nginx-fastcgi",
       {.send_time = std::chrono::seconds(1), .device = "/dev/x"},
       "simulated"},
      {"nginx-fastcgi", {.connections = 1'000'001}, "connections"},
      {"nginx-fastcgi", {.limit = {.cores = -1}}, "limit.cores"},
      {"nginx-fastcgi",
       {.limit = {.cores = std::numeric_limits<double>::quiet_NaN()}},
       "limit.cores"},
  }));
  const auto checked = CheckOptions(*FindSetup(row.kind), row.options);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind == ErrorKind::kInvalid);
  CHECK(Says(checked.error().message, row.kind + ": "));
  CHECK(Says(checked.error().message, row.says));
}

TEST_CASE("Every set-up takes the options that nobody changed") {
  for (const SetupKind& kind : SetupKinds()) {
    CHECK(CheckOptions(kind, {}).has_value());
  }
}

TEST_CASE("A set-up that there is not is refused with those that there are") {
  const auto started = StartSetup("nginx-cgi", {});
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().kind == ErrorKind::kInvalid);
  CHECK(Says(started.error().message, "lighttpd-fastcgi"));
}

TEST_CASE("Servers get the descriptors that were asked for, or all") {
  CHECK(ServerDescriptors({}, 20'000) == 20'000);
  CHECK(ServerDescriptors({.server_descriptors = 256}, 20'000) == 256);
  CHECK(ServerDescriptors({.server_descriptors = 99'999}, 20'000) == 20'000);
  CHECK(ServerDescriptors({}, 1'073'741'816) == 1'048'576);
}

// --- The private folder

TEST_CASE("A private folder goes with its set-up, and stays if it is to") {
  Place place;
  fs::path gone;
  fs::path kept;
  {
    const auto one = PrivateFolder::Make(place.parent, std::nullopt, false);
    const auto two = PrivateFolder::Make(place.parent, std::nullopt, true);
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    gone = one->layout().folder;
    kept = two->layout().folder;
    struct stat status {};
    REQUIRE(::stat(gone.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
  }
  CHECK_FALSE(fs::exists(gone));
  CHECK(fs::exists(kept));
}

void CheckRefused(const Result<void>& checked, std::string_view why) {
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind == ErrorKind::kInvalid);
  CHECK(Says(checked.error().message, why));
}

TEST_CASE("A folder is refused whose name set-ups could not use") {
  CHECK(CheckName("/var/tmp/smsweb-bench_1.d").has_value());
  CheckRefused(CheckName("/var/tmp/a b"), "would break");
  CheckRefused(CheckName("/var/tmp/a;b"), "would break");
  CHECK(CheckName("/" + std::string(55, 'a')).has_value());
  CheckRefused(CheckName("/" + std::string(65, 'a')), "too long");
}

TEST_CASE("A folder is refused to which the user finds no way") {
  Place place;
  const fs::path closed = place.parent / "closed";
  fs::create_directory(closed);
  ::chmod(closed.c_str(), 0700);
  const User stranger{.uid = ::getuid() + 1000, .gid = ::getgid() + 1000};
  CheckRefused(CheckWay(closed, stranger), "is closed to");
  CHECK(CheckWay(closed, std::nullopt).has_value());
}

TEST_CASE("Programs come with the modules that they look for beside them") {
  Place place;
  const fs::path built = place.parent / "built";
  fs::create_directories(built / "bin");
  fs::create_directories(built / "lib/smsweb");
  std::ofstream(built / "bin/smsweb-cgi") << "program";
  std::ofstream(built / "lib/smsweb/smsweb-number.so") << "module";
  ::chmod((built / "bin/smsweb-cgi").c_str(), 0755);
  REQUIRE(place.folder->LinkPrograms(built / "bin", {"smsweb-cgi"}));
  CHECK(::access(place.layout().Program("smsweb-cgi").c_str(), X_OK) == 0);
  CHECK(place.Text("lib/smsweb/smsweb-number.so") == "module");
}

TEST_CASE("A program that is not there is named with its place") {
  Place place;
  const auto linked = place.folder->LinkPrograms(place.parent, {"smswebd"});
  REQUIRE_FALSE(linked.has_value());
  CHECK(linked.error().kind == ErrorKind::kUnavailable);
  CHECK(Says(linked.error().message, (place.parent / "smswebd").string()));
}

// --- Control groups

// What the kernel shows of its groups, as plain files.
struct FakeGroups {
  explicit FakeGroups(const std::string& own) {
    fs::create_directories(place.parent / "groups");
    std::ofstream(places.membership) << own;
  }
  void Make(const std::string& folder) {
    fs::create_directories(places.groups / folder);
  }
  void Write(const std::string& file, const std::string& text) {
    std::ofstream(places.groups / file) << text;
  }
  std::string Text(const std::string& file) const {
    return ReadFile(places.groups / file).value_or("(none)");
  }

  Place place;
  SlowBoard::Places places{.groups = place.parent / "groups",
                           .membership = place.parent / "membership"};
};

// --- The scratch folder

// Kept by nobody, as after SIGKILL.
fs::path Abandoned(const fs::path& parent) {
  auto scratch = Scratch::Make(parent);
  REQUIRE(scratch.has_value());
  fs::create_directories(scratch->folder() / "smsweb-abcdef/state");
  return scratch->folder();
}

TEST_CASE("A scratch folder that is nobody's any more is removed by the next") {
  Place place;
  const fs::path left = Abandoned(place.parent);
  CHECK(fs::exists(left));
  const auto held = Scratch::Make(place.parent);
  REQUIRE(held.has_value());
  CHECK_FALSE(fs::exists(left));
  const auto next = Scratch::Make(place.parent);
  CHECK(fs::exists(held->folder()));
  held->Remove();
  CHECK_FALSE(fs::exists(held->folder()));
}

TEST_CASE("What only looks like a scratch folder stays") {
  Place place;
  const fs::path backup = place.parent / "smsweb-bench-backup";
  fs::create_directories(backup / "within");
  const fs::path elsewhere = Abandoned(place.parent / ".");
  const fs::path other = place.parent / "elsewhere";
  fs::rename(elsewhere, other);
  const fs::path link = place.parent / "smsweb-bench-linked";
  fs::create_directory_symlink(other, link);
  REQUIRE(Scratch::Make(place.parent).has_value());
  CHECK(fs::exists(backup / "within"));
  CHECK(fs::exists(other / "smsweb-abcdef"));
  CHECK(fs::is_symlink(link));
}

TEST_CASE("Control groups go with the folder that they are called after") {
  FakeGroups fake("1:cpu:/\n2:memory:/\n");
  fake.Make("cpu/smsweb-abcdef");
  fake.Make("cpu/smsweb-20261126-mine");
  Abandoned(fake.place.parent);
  REQUIRE(Scratch::Make(fake.place.parent, fake.places).has_value());
  CHECK_FALSE(fs::exists(fake.places.groups / "cpu/smsweb-abcdef"));
  CHECK(fs::exists(fake.places.groups / "cpu/smsweb-20261126-mine"));
}

// --- The board

std::vector<std::string> Lines(const std::vector<GroupSetting>& settings) {
  std::vector<std::string> lines;
  for (const GroupSetting& setting : settings) {
    lines.push_back(setting.file + "=" + setting.value);
  }
  return lines;
}

TEST_CASE("A board's limit is a quota of a short period, and no swap") {
  const BoardLimit board{.cores = 0.5, .memory = 1 << 30};
  CHECK(Lines(GroupSettingsV1(board)) ==
        std::vector<std::string>{"cpu.cfs_period_us=10000",
                                 "cpu.cfs_quota_us=5000",
                                 "memory.limit_in_bytes=1073741824",
                                 "memory.memsw.limit_in_bytes=1073741824"});
  CHECK(Lines(GroupSettingsV2(board)) ==
        std::vector<std::string>{"cpu.max=5000 10000", "memory.max=1073741824",
                                 "memory.swap.max=0"});
  CHECK(GroupSettingsV1({}).empty());
  CHECK(GroupSettingsV2({}).empty());
}

TEST_CASE("A process's groups are read as the kernel lists them") {
  const auto membership =
      ReadMembership("4:memory:/a/b\n3:cpu,cpuacct:/\n0::/user.slice\nx\n");
  CHECK(membership == std::map<std::string, std::string>{{"memory", "/a/b"},
                                                         {"cpu", "/"},
                                                         {"cpuacct", "/"},
                                                         {"", "/user.slice"}});
}

TEST_CASE("Groups of version 1 are made below our own") {
  FakeGroups fake("4:memory:/a\n1:cpu:/elsewhere\n");
  fake.Make("memory/a");
  fake.Make("cpu");
  const auto board =
      SlowBoard::Make({.cores = 0.5, .memory = 4096}, "one", fake.places);
  REQUIRE(board.has_value());
  CHECK(fake.Text("memory/a/one/memory.limit_in_bytes") == "4096");
  CHECK(fake.Text("cpu/one/cpu.cfs_quota_us") == "5000");
  CHECK(board->Tasks().size() == 2);
  CHECK(board->prefix().front() == "taskset");
}

TEST_CASE("A group of version 2 is made below the nearest that allows it") {
  FakeGroups fake("0::/user/session\n");
  fake.Make("user/session");
  fake.Write("cgroup.controllers", "cpu memory\n");
  fake.Write("cgroup.subtree_control", "cpu memory\n");
  fake.Write("user/cgroup.subtree_control", "cpuset memory\n");
  const auto board =
      SlowBoard::Make({.cores = 2, .memory = 4096}, "one", fake.places);
  REQUIRE(board.has_value());
  CHECK(fake.Text("one/cpu.max") == "20000 10000");
  CHECK(fake.Text("one/memory.max") == "4096");
  CHECK(board->Tasks() ==
        std::vector<std::string>{fake.places.groups / "one/cgroup.procs"});
  CHECK(board->prefix().empty());  // more than one core
}

TEST_CASE("Version 2 passes controllers on where a board needs it, only then") {
  FakeGroups fake("0::/user\n");
  fake.Make("user");
  fake.Write("cgroup.controllers", "cpu memory\n");
  fake.Write("cgroup.subtree_control", "");
  SlowBoard::RemoveGroups("one", fake.places);
  CHECK(fake.Text("cgroup.subtree_control").empty());
  REQUIRE(SlowBoard::Make({.cores = 1}, "one", fake.places).has_value());
  CHECK(fake.Text("cgroup.subtree_control") == "+cpu +memory");
}

TEST_CASE("Without a limit there is no group, whoever we are") {
  const auto board = SlowBoard::Make(
      {}, "one", {.groups = "/nonexistent", .membership = "/nonexistent"});
  REQUIRE(board.has_value());
  CHECK(board->Tasks().empty());
  CHECK(board->prefix().empty());
}

TEST_CASE("A limit that can't be had says what it takes") {
  const auto board =
      SlowBoard::Make({.cores = 1}, "one",
                      {.groups = "/nonexistent", .membership = "/nonexistent"});
  REQUIRE_FALSE(board.has_value());
  CHECK(board.error().kind == ErrorKind::kUnavailable);
  CHECK(Says(board.error().message, "root"));
}

// --- What is asked from outside

TEST_CASE("A free port is one that no client is given") {
  const auto port = FreePort();
  REQUIRE(port.has_value());
  CHECK(*port >= 10'000);
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  int first = 32'768;
  range >> first;
  if (first > 10'000) CHECK(*port < first);
  CHECK(HttpStatus(*port, "/") == 0);
}

TEST_CASE("Nobody listens at a socket that is not there") {
  CHECK_FALSE(ListensAt("/nonexistent/cgi.sock"));
}

TEST_CASE("A version is found in what a program says of itself") {
  CHECK(VersionIn("nginx version: nginx/1.22.1\n") == "1.22.1");
  CHECK(VersionIn("Server version: Apache/2.4.71 (Debian)") == "2.4.71");
  CHECK(VersionIn("2.0.21-debian\n") == "2.0.21");
  CHECK(VersionIn("lighttpd/1.4.69 (ssl) - a light") == "1.4.69");
  CHECK(VersionIn("none").empty());
}

TEST_CASE("Messages are counted by state, and none where there is no queue") {
  Place place;
  const fs::path queue = place.layout().Queue();
  CHECK(CountSmswebQueue(queue, std::nullopt)->messages == 0);
  CHECK_FALSE(fs::exists(queue));
  const auto stores = OpenSqliteStores(queue);
  REQUIRE(stores.has_value());
  SeededRandom random(1);
  const WallTime now(std::chrono::seconds(1'700'000'000));
  Intake intake{.now = now};
  for (int i = 0; i < 3; ++i) {
    intake.messages.push_back({.id = MakeUuidV7(now, random),
                               .recipient = "+6289610707901",
                               .text = "pesan",
                               .created_at = now,
                               .not_before = now,
                               .expires_at = now + std::chrono::hours(1)});
  }
  REQUIRE(InsertIntake(*stores->queue, intake).has_value());
  const auto count = CountSmswebQueue(queue, std::nullopt);
  REQUIRE(count.has_value());
  CHECK(count->messages == 3);
  CHECK(count->states == std::map<std::string, std::uint64_t>{{"queued", 3}});
}

TEST_CASE("The count of the paper's queue is read as it is printed") {
  const auto count =
      ReadQueueCount(R"({"messages": 252, "states": {"queued": 12}})");
  REQUIRE(count.has_value());
  CHECK(count->messages == 252);
  CHECK(count->states.at("queued") == 12);
  for (const char* text : {"", "[]", "{\"messages\": 1}", "{\"messages\": -"}) {
    CHECK_FALSE(ReadQueueCount(text).has_value());
  }
}

}  // namespace
}  // namespace smsweb::bench
