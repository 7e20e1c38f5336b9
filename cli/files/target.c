/* SPDX-License-Identifier: MIT */
#include "files/target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files/files.h"

#define ACCESS_LIST "system.posix_acl_access"
#define MAX_ACCESS_LIST 65536 /* the kernel's limit */

/* Whether the directory of a new file exists. */
static bool check_directory(const char *path, struct problem *problem)
{
	char *copy = path_with(path, "");
	struct stat status;
	bool exists;

	if (!copy)
		return problem_set(problem, "there is not enough memory for the names of files");
	exists = stat(dirname(copy), &status) == 0;
	if (!exists)
		cannot_write(path, problem);
	else if (!S_ISDIR(status.st_mode))
		exists = problem_set(problem, "cannot write %s: %s is not a directory", path, copy);
	free(copy);
	return exists;
}

/* Whether a new file can have this name. errno is that of a failed stat(). */
static bool check_new_file(const char *path, struct problem *problem)
{
	struct stat status;

	if (errno != ENOENT && errno != ENOTDIR)
		return cannot_write(path, problem);
	if (lstat(path, &status) == 0)
		return problem_set(problem,
		                   "cannot write %s: it is a link to a file that does not exist", path);
	return check_directory(path, problem);
}

char *target_resolve(const char *path, struct problem *problem)
{
	struct stat status;
	char *target;

	if (stat(path, &status) != 0)
		return check_new_file(path, problem) ? path_with(path, "") : NULL;
	if (!S_ISREG(status.st_mode)) {
		problem_set(problem, "cannot write %s: it is not a regular file", path);
		return NULL;
	}
	target = realpath(path, NULL);
	if (!target)
		cannot_write(path, problem);
	return target;
}

bool target_writable(const char *target, struct problem *problem)
{
	return faccessat(AT_FDCWD, target, W_OK, AT_EACCESS) == 0 || errno == ENOENT ||
	       cannot_write(target, problem);
}

int target_open_new(const char *target, const char *name)
{
	/* The target may be private, so nobody else may open the new file before it has the target's
	 * mode. The umask cannot be read without changing it for the driver's threads, too. */
	mode_t mode = access(target, F_OK) == 0 ? 0600 : 0666;

	return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

/* Copies the access control list. Returns true if both files now have the same or none. */
static bool copy_access_list(int descriptor, const char *target)
{
	char *list = malloc(MAX_ACCESS_LIST);
	ssize_t length = list ? getxattr(target, ACCESS_LIST, list, MAX_ACCESS_LIST) : -1;
	bool copied = list != NULL;

	if (length >= 0)
		copied = fsetxattr(descriptor, ACCESS_LIST, list, (size_t)length, 0) == 0;
	else
		/* The directory may have given it a default list. */
		fremovexattr(descriptor, ACCESS_LIST);
	free(list);
	return copied;
}

bool target_attributes(int descriptor, const char *target, struct problem *problem)
{
	struct stat old, new;
	bool same_group;
	mode_t mode;

	if (stat(target, &old) != 0)
		return errno == ENOENT || cannot_write(target, problem);
	if (fstat(descriptor, &new) != 0)
		return cannot_write(target, problem);
	same_group = old.st_gid == new.st_gid || fchown(descriptor, (uid_t)-1, old.st_gid) == 0;
	if (old.st_uid != new.st_uid) {
		/* Only root may change the owner. For others the file becomes theirs. */
		int given = fchown(descriptor, old.st_uid, (gid_t)-1);

		(void)given;
	}
	mode = old.st_mode & 0777;
	/* A different group gets no more rights than everybody. */
	if (!copy_access_list(descriptor, target) || !same_group)
		mode &= ~(mode_t)070 | (mode & 07) << 3;
	if (fstat(descriptor, &new) == 0 && (new.st_mode & 0777) == mode)
		return true;
	return fchmod(descriptor, mode) == 0 ||
	       problem_set(problem, "cannot write %s: a new file cannot get its permissions: %s",
	                   target, strerror(errno));
}
