// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "family.h"

static bool exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return !access(full, F_OK);
}

static bool file_has(const char *root, const char *path, const char *what)
{
	char full[PATH_MAX], line[4096];
	bool found = false;
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	f = fopen(full, "r");
	while (f && !found && fgets(line, sizeof(line), f))
		found = !!strstr(line, what);
	if (f)
		fclose(f);
	return found;
}

static bool built_for(const char *root, const char *release)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%.200s/modules.dep",
		 release);
	return file_has(root, path, "/svcplane.ko");
}

/* A kernel for which the module is installed, if there is any */
static bool built_for_other(const char *root, char *release, size_t size)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/lib/modules", root);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !built_for(root, entry->d_name))
			continue;
		snprintf(release, size, "%s", entry->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

static void tell_not_loaded(FILE *f, const char *root)
{
	if (file_has(root, "/sys/kernel/security/lockdown", "[integrity]") ||
	    file_has(root, "/sys/kernel/security/lockdown",
		     "[confidentiality]")) {
		fputs("Error: the module svcplane is installed but the kernel loads signed modules "
		      "only (Secure Boot).\n"
		      "Enrol the key it was signed with, then restart: mokutil --import /var/lib/dkms/mok.pub\n",
		      f);
		return;
	}
	fputs("Error: the module svcplane is installed but not loaded.\n"
	      "Load it: modprobe svcplane (if that is refused, dmesg tells why)\n",
	      f);
}

void family_missing(FILE *f, const char *root)
{
	char other[256];
	struct utsname u;

	uname(&u);
	if (exists(root, "/sys/module/svcplane")) {
		fputs("Error: the module svcplane is loaded but offers no netlink family: "
		      "it is older than this tool.\n"
		      "Load the installed one: rmmod svcplane && modprobe svcplane\n",
		      f);
	} else if (built_for(root, u.release)) {
		tell_not_loaded(f, root);
	} else if (built_for_other(root, other, sizeof(other))) {
		fprintf(f, "Error: the module svcplane is built for kernel %s, "
			"not for the running %s.\n"
			"Build it for this one: apt install linux-headers-%s && "
			"dkms autoinstall -k %s\n",
			other, u.release, u.release, u.release);
	} else {
		fprintf(f, "Error: the module svcplane is not installed for kernel %s.\n"
			"In its source tree: make dkms-install (or make && make install)\n",
			u.release);
	}
}
